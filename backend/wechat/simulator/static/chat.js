/** The chat with the official account on the phone of the chosen user. */

import { post } from "./api.js";
import { card, holdPhone, openPage, thread } from "./cards.js";
import { byId, element, face, toast, toneOf } from "./dom.js";
import { changeMenuUser, startMenu } from "./menu.js";
import { startScanner } from "./scan.js";

const lines = thread(byId("chat"));
const CARDS = new Set(["template", "subscription-notice"]);

let user = null;
let account = null;
let follows = null;
let isOpen = true;
let changed = async () => {};

export function startChat(officialAccount, onChange) {
  account = officialAccount;
  changed = onChange;
  byId("profile-name").textContent = account.name;
  byId("profile-seal").textContent = [...account.name][0];
  byId("profile-seal").classList.add("tone-shop");
  byId("follow").addEventListener("click", () => act("follow", {}));
  byId("unfollow").addEventListener("click", () => act("unfollow", {}));
  startScanner(account, (scene) => { if (user) act("scan", { scene }); });
  startMenu(account, async () => { await changed(); });
  byId("say").addEventListener("submit", (event) => { event.preventDefault(); say(byId("text").value); });
  byId("text").addEventListener("input", () => { byId("send").disabled = !byId("text").value.trim(); });
  byId("words").addEventListener("click", (event) => { if (event.target.tagName === "BUTTON") say(event.target.textContent); });
  byId("more").addEventListener("click", () => { byId("sheet").hidden = false; });
  byId("sheet").addEventListener("click", () => { byId("sheet").hidden = true; });
}

export function changeChatUser(next) {
  user = next;
  holdPhone(user);
  changeMenuUser(user);
  lines.clear();
  showFollows(null);
}

export function openChat(nowOpen) {
  isOpen = nowOpen;
  draw();
}

export function showFollows(isFollowing) {
  if (isFollowing === follows) return;
  follows = isFollowing;
  draw();
}

export function addToChat(items, isOld) {
  if (items.length) byId("chat").querySelectorAll(".pending").forEach((one) => one.remove());
  for (const item of items) lines.add(line(item, isOld), item.at);
}

function draw() {
  byId("profile").hidden = !isOpen || follows !== false;
  byId("chat").hidden = byId("composer").hidden = !isOpen || follows !== true;
  byId("more").hidden = !isOpen || follows !== true;
  lines.scrollDown();
}

function line(item, isOld) {
  if (item.kind === "notice") return element("li", { className: "notice", text: item.text });
  if (item.kind === "image") return picture(item);
  if (item.kind === "news") return article(item.article);
  if (!CARDS.has(item.kind)) return bubble(item.text, item.sender === "user", item.custom);
  const mark = item.mini_program ? [element("i", { className: "mini" })] : [];
  const leads = item.mini_program || item.url;
  return card(item, {
    isOld,
    sender: [face(account.name, "shop"), element("span", { text: account.name }), ...kindOf(item)],
    footer: leads ? [element("span", { text: "查看详情" }), ...mark] : null,
    onTap: () => openPage(item.mini_program?.pagepath, item.url),
  });
}

function kindOf(item) {
  return item.kind === "subscription-notice" ? [element("em", { text: "订阅通知" })] : [];
}

function bubble(text, isMine, isCustom = false) {
  const words = element("div", { className: "bubble" });
  if (isMine) words.textContent = text;
  else words.append(...linked(text));
  if (isCustom) words.append(element("small", { className: "by-people", text: "客服消息" }));
  const from = isMine ? face(user.nickname, toneOf(user.id)) : face(account.name, "shop");
  return element("li", { className: isMine ? "said mine" : "said" }, from, words);
}

function picture(item) {
  const shown = element("img", { className: "picture", src: `/_sim/materials/${item.media_id}`, alt: "图片" });
  shown.addEventListener("load", lines.scrollDown);
  return element("li", { className: "said" }, face(account.name, "shop"), shown);
}

/** A card that leads to a web page, as wide as the chat. */
function article({ title, description, url, picurl }) {
  const parts = [element("h4", { text: title })];
  if (/^https?:/.test(picurl)) parts.unshift(element("img", { src: picurl, alt: "" }));
  if (description) parts.push(element("p", { text: description }));
  const made = element("button", { className: "article" }, ...parts);
  made.addEventListener("click", () => openPage(null, url));
  return element("li", {}, made);
}

/** The text of a reply: WeChat makes links of its <a> and shows all else as it is written. */
function linked(text) {
  const parts = [];
  let rest = 0;
  for (const found of text.matchAll(/<a\b([^<>]*)>([^<]*)<\/a>/g)) {
    parts.push(text.slice(rest, found.index), anchor(found[1], found[2]));
    rest = found.index + found[0].length;
  }
  return [...parts, text.slice(rest)];
}

function anchor(attributes, words) {
  const given = Object.fromEntries([...attributes.matchAll(/([\w-]+)\s*=\s*["']([^"']*)["']/g)].map((one) => [one[1], one[2]]));
  const made = element("a", { text: words, href: "#" });
  made.addEventListener("click", (event) => {
    event.preventDefault();
    openPage(given["data-miniprogram-path"], given.href);
  });
  return made;
}

async function say(text) {
  if (!text.trim() || !user) return;
  byId("text").value = "";
  byId("send").disabled = true;
  const waiting = bubble(text, true);
  waiting.classList.add("pending");
  byId("chat").append(waiting);
  lines.scrollDown();
  if (!await tell("say", { text })) waiting.remove();
}

async function act(what, given) {
  const button = byId(what === "unfollow" ? "unfollow" : "follow");
  button.disabled = true;
  await tell(what, given);
  button.disabled = false;
}

async function tell(what, given) {
  let isDone = true;
  try {
    await post(`users/${user.id}/${what}`, { ...given, appid: account.appid });
  } catch (error) {
    isDone = false;
    toast(error.message);
  }
  await changed();
  return isDone;
}
