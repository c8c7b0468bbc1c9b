/** The phone of the chosen user: its screens, and what newly arrives on them. */

import { get } from "./api.js";
import { addToChat, changeChatUser, openChat, showFollows, startChat } from "./chat.js";
import { byId, chatTime, element, face } from "./dom.js";
import { addToService, clearService, openService, startService } from "./service.js";

let user = null;
let account = null;
let program = null;
let screen = "account";
let lastId = 0;
let asking = false;
let latest = {};
const unread = { account: 0, service: 0 };

export function startPhone(officialAccount, miniProgram, onChange) {
  account = officialAccount;
  program = miniProgram;
  startChat(account, async () => { await refreshPhone(); await onChange(); });
  startService(program);
  byId("back").addEventListener("click", () => open("list"));
}

export function showUser(next) {
  if (next?.id === user?.id) return;
  user = next;
  lastId = unread.account = unread.service = 0;
  latest = {};
  changeChatUser(user);
  clearService();
  open("account");
}

export async function refreshPhone() {
  if (!user || asking) return;
  asking = true;
  const asked = user.id;
  try {
    const phone = await get(`users/${asked}/messages?after=${lastId}`);
    if (user?.id !== asked) return;
    showFollows(phone.follows);
    take(phone.items);
  } finally {
    asking = false;
    if (user && user.id !== asked) refreshPhone();
  }
}

function take(items) {
  if (!items.length) return;
  const isOld = lastId === 0;
  const said = items.filter((item) => item.appid === account.appid);
  const notices = items.filter((item) => item.appid === program.appid && item.kind === "subscribe");
  addToChat(said, isOld);
  addToService(notices, isOld);
  lastId = items.at(-1).id;
  latest = { account: said.at(-1) ?? latest.account, service: notices.at(-1) ?? latest.service };
  if (!isOld && screen !== "account") unread.account += said.filter((item) => item.sender === "account").length;
  if (!isOld && screen !== "service") unread.service += notices.length;
  drawList();
}

function open(next) {
  screen = next;
  if (screen in unread) unread[screen] = 0;
  const titles = { account: account.name, service: "服务通知", list: "微信" };
  byId("title").textContent = titles[screen];
  byId("lock").hidden = user !== null;
  byId("chats").hidden = !user || screen !== "list";
  byId("back").hidden = !user || screen === "list";
  openChat(screen === "account");
  openService(user !== null && screen === "service");
  drawList();
}

function drawList() {
  byId("back-count").textContent = unread.account + unread.service || "";
  const rows = [row("account", face(account.name, "shop"), account.name, latest.account)];
  if (latest.service) rows.push(row("service", bell(), "服务通知", latest.service));
  rows.sort((one, other) => other.at - one.at);
  byId("chats").replaceChildren(...rows.map((one) => one.made));
}

function row(leadsTo, picture, name, item) {
  if (unread[leadsTo]) picture.append(element("sup", { text: String(unread[leadsTo]) }));
  const words = element("div", {}, element("b", { text: name }), element("small", { text: item ? item.title ?? item.text : "" }));
  const button = element("button", { type: "button" }, picture, words, element("time", { text: item ? chatTime(item.at) : "" }));
  button.addEventListener("click", () => open(leadsTo));
  return { made: element("li", {}, button), at: item?.at ?? 0 };
}

function bell() {
  return element("span", { className: "face bell", ariaHidden: "true" });
}
