/** The service notifications, where the mini-program's subscribe messages arrive. */

import { card, openPage, thread } from "./cards.js";
import { byId, element, face } from "./dom.js";

const STATES = { developer: "开发版", trial: "体验版" };
const lines = thread(byId("notices"));

let program = null;
let account = null;

export function startService(miniProgram, officialAccount) {
  program = miniProgram;
  account = officialAccount;
}

export function clearService() {
  lines.clear();
}

export function openService(isOpen) {
  byId("notices").hidden = !isOpen;
  if (isOpen) lines.scrollDown();
}

export function addToService(items, isOld) {
  for (const item of items) lines.add(line(item, isOld), item.at);
}

export function programFace() {
  const made = face(program.name, "program");
  made.classList.add("round");
  return made;
}

function line(item, isOld) {
  const isOfAccount = item.appid === account.appid;
  const sender = isOfAccount
    ? [face(account.name, "shop"), element("span", { text: account.name }), element("em", { text: "订阅通知" })]
    : [programFace(), element("span", { text: program.name })];
  if (STATES[item.state]) sender.push(element("em", { text: STATES[item.state] }));
  sender.push(element("i", { className: "dots" }));
  const page = item.page ?? item.mini_program?.pagepath;
  const footer = page ? [element("span", { text: "进入小程序查看" })] : null;
  return card(item, { isOld, sender, footer, onTap: () => openPage(page) });
}
