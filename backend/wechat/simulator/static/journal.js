/** The calls that the simulated WeChat has answered, the latest first. */

import { get } from "./api.js";
import { byId, clockTime, element } from "./dom.js";

const KEPT = 60;
const OUTCOMES = { "dropped-before": "断开", "dropped-after": "已办断开", html: "网页", http: "HTTP 错误" };

let lastId = 0;

export async function refreshJournal() {
  const calls = (await get(`calls?after=${lastId}`)).items.slice(-KEPT);
  if (!calls.length) return;
  lastId = calls.at(-1).id;
  const list = byId("calls");
  list.prepend(...calls.reverse().map(row));
  while (list.children.length > KEPT) list.lastElementChild.remove();
  byId("silence").hidden = true;
}

function row(call) {
  return element("li", {},
    element("time", { text: clockTime(call.at, { seconds: true }) }),
    element("code", { text: `/${call.api}`, title: call.api }),
    mark(call));
}

function mark(call) {
  if (call.outcome !== "answered") return element("span", { className: "mark cut", text: OUTCOMES[call.outcome] ?? call.outcome });
  return call.errcode
    ? element("span", { className: "mark bad", text: String(call.errcode) })
    : element("span", { className: "mark", text: "ok" });
}
