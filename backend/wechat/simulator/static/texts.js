/** The SMS of the shop: outside of WeChat, but on the same phone; what the user answers goes to the shop. */

import { post } from "./api.js";
import { thread } from "./cards.js";
import { byId, element, toast } from "./dom.js";

const lines = thread(byId("texts"));

let user = null;
let changed = async () => {};

export function startTexts(onChange) {
  changed = onChange;
  byId("answer-sms").addEventListener("submit", (event) => { event.preventDefault(); answer(byId("sms-text").value.trim()); });
  byId("end-sms").addEventListener("click", () => answer("TD"));
}

export function changeTextsUser(next) {
  user = next;
  lines.clear();
}

export function openTexts(isOpen) {
  byId("texts").hidden = byId("answer-sms").hidden = !isOpen;
  if (isOpen) lines.scrollDown();
}

export function addToTexts(items) {
  for (const item of items) {
    const mine = item.sender === "user" ? " mine" : "";
    lines.add(element("li", { className: `sms${mine}` }, element("div", { text: item.text })), item.at);
  }
}

async function answer(text) {
  if (!text || !user) return;
  byId("sms-text").value = "";
  try {
    const { outcome } = await post(`users/${user.id}/sms`, { text });
    if (outcome !== "answered") toast(outcome === "nowhere" ? "没有设置短信回复地址" : "商家没有回应");
  } catch (error) {
    toast(error.message);
  }
  await changed();
}
