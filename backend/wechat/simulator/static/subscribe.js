/** What the mini-program may write: asks the user on the phone, as wx.requestSubscribeMessage does. */

import { get, post } from "./api.js";
import { byId, element, openTab, toast } from "./dom.js";
import { programFace } from "./service.js";

let user = null;
let program = null;
let asked = null;
let drawn = "";

export function startSubscribe(miniProgram) {
  program = miniProgram;
  byId("prompt-name").textContent = program.name;
  byId("prompt-face").append(programFace());
  byId("prompt-accept").addEventListener("click", () => choose("accept"));
  byId("prompt-reject").addEventListener("click", () => choose("reject"));
}

export function changeSubscriber(next) {
  if (next?.id === user?.id) return;
  user = next;
  byId("prompt").hidden = true;
  draw([]);
}

export async function refreshSubscriptions() {
  if (!user || !program.appid) return;
  const of = user.id;
  const { items } = await get(`users/${of}/subscriptions?appid=${program.appid}`);
  if (user?.id === of) draw(items);
}

function draw(items) {
  const state = JSON.stringify(items);
  if (state === drawn) return;
  drawn = state;
  byId("subscriptions").hidden = items.length === 0;
  byId("subscription-list").replaceChildren(...items.map(row));
}

function row(item) {
  const left = item.accepts ? `还可发送 ${item.accepts} 次` : "没有发送次数";
  const words = element("div", {}, element("b", { text: item.title }), element("small", { text: left, className: item.accepts ? "some" : "" }));
  const button = element("button", { className: "ghost", type: "button", text: "请求订阅" });
  button.addEventListener("click", () => ask(item));
  return element("li", {}, words, button);
}

function ask(item) {
  asked = item;
  byId("prompt-title").textContent = item.title;
  byId("prompt-labels").textContent = item.labels.join("、");
  byId("prompt").hidden = false;
  openTab("phone");
}

async function choose(choice) {
  byId("prompt").hidden = true;
  try {
    await post(`users/${user.id}/subscriptions`, { appid: program.appid, choices: { [asked.template_id]: choice } });
    toast(choice === "accept" ? "已允许发送一次" : "已拒绝");
    await refreshSubscriptions();
  } catch (error) {
    toast(error.message);
  }
}
