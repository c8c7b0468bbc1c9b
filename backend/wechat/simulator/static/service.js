/** The service notifications, where the mini-program's subscribe messages arrive. */

import { card, openPage, thread } from "./cards.js";
import { byId, element, face } from "./dom.js";

const STATES = { developer: "开发版", trial: "体验版" };
const lines = thread(byId("notices"));

let program = null;

export function startService(miniProgram) {
  program = miniProgram;
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
  const sender = [programFace(), element("span", { text: program.name })];
  if (STATES[item.state]) sender.push(element("em", { text: STATES[item.state] }));
  sender.push(element("i", { className: "dots" }));
  const footer = item.page ? [element("span", { text: "进入小程序查看" })] : null;
  return card(item, { isOld, sender, footer, onTap: () => openPage(item.page) });
}
