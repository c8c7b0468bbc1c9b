/** The menu of the official account at the foot of its chat, and the pages that its buttons open. */

import { get, post } from "./api.js";
import { openPage } from "./cards.js";
import { byId, element, toast } from "./dom.js";

let user = null;
let account = null;
let changed = async () => {};
let drawn = "";

export function startMenu(officialAccount, onChange) {
  account = officialAccount;
  changed = onChange;
  byId("switch").addEventListener("click", () => showMenu(byId("menu").hidden));
  document.addEventListener("click", (event) => { if (!event.target.closest(".menu")) close(); });
}

export function changeMenuUser(next) {
  user = next;
  close();
}

export async function refreshMenu() {
  if (!account.appid) return;
  const { buttons } = await get(`menu?appid=${account.appid}`);
  const state = JSON.stringify(buttons);
  if (state === drawn) return;
  drawn = state;
  byId("menu").replaceChildren(...buttons.map(top));
  byId("switch").hidden = buttons.length === 0;
  showMenu(buttons.length > 0);
}

function showMenu(isShown) {
  byId("menu").hidden = !isShown;
  byId("words").hidden = byId("say").hidden = isShown;
  byId("switch").classList.toggle("keys", isShown);
  byId("switch").setAttribute("aria-label", isShown ? "改为输入文字" : "改为菜单");
}

function top(button, place) {
  const above = button.sub_button ?? [];
  const made = element("button", { type: "button", text: button.name, className: above.length ? "has-more" : "" });
  const item = element("li", {}, made);
  if (above.length) {
    item.append(element("ul", { hidden: true }, ...above.map((one, number) => element("li", {}, leaf(one, [place, number])))));
    made.addEventListener("click", () => toggle(item));
  } else {
    made.addEventListener("click", () => press(button, [place]));
  }
  return item;
}

function leaf(button, place) {
  const mark = button.type === "miniprogram" ? [element("i", { className: "mini" })] : [];
  const made = element("button", { type: "button", className: "leaf" }, ...mark, button.name);
  made.addEventListener("click", () => press(button, place));
  return made;
}

function toggle(item) {
  const list = item.querySelector("ul");
  const opens = list.hidden;
  close();
  list.hidden = !opens;
}

function close() {
  for (const list of byId("menu").querySelectorAll("ul")) list.hidden = true;
}

async function press(button, place) {
  close();
  if (!user) return;
  if (button.type !== "click") openPage(button.pagepath, button.url);
  try {
    await post(`users/${user.id}/press`, { appid: account.appid, place });
  } catch (error) {
    toast(error.message);
  }
  await changed();
}
