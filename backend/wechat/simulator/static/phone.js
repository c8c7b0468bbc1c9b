/** The phone of the chosen user: its screens, and what newly arrives on them. */

import { get } from "./api.js";
import { addToChat, changeChatUser, openChat, showFollows, startChat } from "./chat.js";
import { byId, chatTime, element, face } from "./dom.js";
import { addToService, clearService, openService, startService } from "./service.js";
import { addToTexts, changeTextsUser, openTexts, startTexts } from "./texts.js";

const SMS = "sms";

let user = null;
let account = null;
let program = null;
let screen = "account";
let lastId = 0;
let asking = false;
let latest = {};
const unread = { account: 0, service: 0, texts: 0 };

export function startPhone(officialAccount, miniProgram, onChange) {
  account = officialAccount;
  program = miniProgram;
  startChat(account, async () => { await refreshPhone(); await onChange(); });
  startService(program, account);
  startTexts(refreshPhone);
  byId("back").addEventListener("click", () => open("list"));
}

export function showUser(next) {
  if (next?.id === user?.id) return;
  user = next;
  lastId = unread.account = unread.service = unread.texts = 0;
  latest = {};
  changeChatUser(user);
  clearService();
  changeTextsUser(user);
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
  const notices = items.filter(isServiceNotice);
  const said = items.filter((item) => item.appid === account.appid && !isServiceNotice(item));
  const texts = items.filter((item) => item.appid === SMS);
  addToChat(said, isOld);
  addToService(notices, isOld);
  addToTexts(texts);
  lastId = items.at(-1).id;
  latest = { account: said.at(-1) ?? latest.account, service: notices.at(-1) ?? latest.service, texts: texts.at(-1) ?? latest.texts };
  if (!isOld && screen !== "account") unread.account += said.filter((item) => item.sender === "account").length;
  if (!isOld && screen !== "service") unread.service += notices.length;
  if (!isOld && screen !== "texts") unread.texts += texts.filter((item) => item.sender === "account").length;
  drawList();
}

/** Who does not follow the account finds its notices among those of mini-programs. */
function isServiceNotice(item) {
  if (item.appid === program.appid) return item.kind === "subscribe";
  return item.appid === account.appid && item.kind === "subscription-notice" && !item.follows;
}

function open(next) {
  screen = next;
  if (screen in unread) unread[screen] = 0;
  const titles = { account: account.name, service: "服务通知", texts: "短信", list: "微信" };
  byId("title").textContent = titles[screen];
  byId("lock").hidden = user !== null;
  byId("chats").hidden = !user || screen !== "list";
  byId("back").hidden = !user || screen === "list";
  openChat(screen === "account");
  openService(user !== null && screen === "service");
  openTexts(user !== null && screen === "texts");
  drawList();
}

function drawList() {
  byId("back-count").textContent = unread.account + unread.service + unread.texts || "";
  const rows = [row("account", face(account.name, "shop"), account.name, latest.account)];
  if (latest.service) rows.push(row("service", bell(), "服务通知", latest.service));
  if (latest.texts) rows.push(row("texts", element("span", { className: "face sms-face", text: "信", ariaHidden: "true" }), "短信", latest.texts));
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
