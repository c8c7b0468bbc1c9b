/** What the phone shows in its chats: times, and cards of template and subscribe messages. */

import { chatTime, element, toast } from "./dom.js";

const PAUSE_MS = 5 * 60 * 1000;

let holder = null;

/** Whose phone it is: web pages are opened for this user. */
export function holdPhone(user) {
  holder = user;
}

/** The lines of one chat; a time stands before what comes after a pause. */
export function thread(list) {
  let lastAt = 0;
  const scrollDown = () => { list.scrollTop = list.scrollHeight; };
  return {
    scrollDown,
    clear() {
      list.replaceChildren();
      lastAt = 0;
    },
    add(line, at) {
      if (at - lastAt > PAUSE_MS) list.append(element("li", { className: "when", text: chatTime(at) }));
      list.append(line);
      lastAt = at;
      scrollDown();
    },
  };
}

/** A card of `item` below `sender`; with `footer`, a tap on it does `onTap`. */
export function card(item, { sender, footer = null, onTap, isOld }) {
  const rows = item.fields.map((row) =>
    element("div", {}, element("dt", { text: row.label }), element("dd", { text: row.value })));
  const parts = [
    element("div", { className: "sender" }, ...sender),
    element("h4", { text: item.title }),
    element("dl", {}, ...rows),
  ];
  if (footer) parts.push(element("footer", {}, ...footer));
  const made = element(footer ? "button" : "div", { className: isOld ? "notice-card" : "notice-card arrives" }, ...parts);
  if (footer) made.addEventListener("click", onTap);
  return element("li", {}, made);
}

export function openPage(page, url) {
  if (page) toast(`打开小程序页面 ${page}`);
  else if (/^https?:/.test(url ?? "") && holder) {
    window.open(`/_sim/users/${holder.id}/open?url=${encodeURIComponent(url)}`, "_blank", "noopener");
  }
  else toast("没有可打开的页面");
}
