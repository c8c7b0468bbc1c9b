/** The mini-program session of the chosen user: codes to copy, and who WeChat says it is. */

import { post } from "./api.js";
import { byId, copy, element, toast } from "./dom.js";

const CODE_LIFE_MS = 5 * 60 * 1000;
const FRESH = { login: "5 分钟内有效，只能用一次", phone: "5 分钟内有效，只能用一次；与登录 code 不通用" };

let user = null;
let apps = [];
const madeAt = {};

export function startSession(accounts) {
  apps = accounts;
  for (const box of document.querySelectorAll(".code[data-kind]")) {
    box.querySelector(".primary").addEventListener("click", () => make(box));
    box.querySelector(".copy").addEventListener("click", (event) => copy(box.querySelector("code").textContent, event.target));
  }
  byId("snapshot").addEventListener("change", (event) => post(`users/${user.id}/snapshot`, { on: event.target.checked }));
}

export function showSession(next) {
  if (next?.id === user?.id) return;
  user = next;
  byId("snapshot").disabled = user === null;
  byId("snapshot").checked = user?.snapshot === true;
  byId("session-user").textContent = user ? user.nickname : "";
  for (const box of document.querySelectorAll(".code[data-kind]")) clear(box);
  byId("ids").replaceChildren(...(user ? identities() : []));
}

export function tickSession() {
  for (const box of document.querySelectorAll(".code[data-kind]")) {
    const { kind } = box.dataset;
    if (!madeAt[kind]) continue;
    const left = Math.max(0, Math.ceil((madeAt[kind] + CODE_LIFE_MS - Date.now()) / 1000));
    const hint = box.querySelector(".hint");
    hint.classList.toggle("spent", left === 0);
    hint.textContent = left ? `还有 ${Math.floor(left / 60)} 分 ${left % 60} 秒有效，只能用一次` : "已过期，请重新获取";
  }
}

async function make(box) {
  try {
    const { code } = await post(`users/${user.id}/${box.dataset.kind}-code`);
    box.querySelector("code").textContent = code;
    box.querySelector(".code-value").hidden = false;
    box.querySelector(".primary").textContent = "换一个";
    madeAt[box.dataset.kind] = Date.now();
    tickSession();
  } catch (error) {
    toast(error.message);
  }
}

function clear(box) {
  madeAt[box.dataset.kind] = 0;
  box.querySelector(".code-value").hidden = true;
  box.querySelector(".primary").textContent = "获取";
  box.querySelector(".primary").disabled = user === null;
  box.querySelector(".hint").textContent = FRESH[box.dataset.kind];
  box.querySelector(".hint").classList.remove("spent");
}

function identities() {
  const names = { "official-account": "公众号 openid", "mini-program": "小程序 openid" };
  const rows = apps.map((app) => [names[app.kind], user.openids[app.appid]]);
  return [...rows, ["unionid", user.unionid], ["手机号", user.phone]].map(([name, value]) => {
    const button = element("button", { className: "copy", text: "复制", type: "button" });
    button.addEventListener("click", () => copy(value, button));
    return element("div", {}, element("dt", { text: name }), element("dd", { text: value, title: value }), button);
  });
}
