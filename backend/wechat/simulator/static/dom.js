/** Small helpers to build the page without ever parsing text as HTML. */

export const byId = (id) => document.getElementById(id);

export function element(tag, { className = "", text = "", ...rest } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), { className, ...rest });
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

export function face(name, tone) {
  return element("span", { className: `face tone-${tone}`, text: [...name][0] ?? "微", ariaHidden: "true" });
}

export const toneOf = (userId) => userId % 8;

const two = (number) => String(number).padStart(2, "0");

export function clockTime(at, { seconds = false } = {}) {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return seconds ? `${time}:${two(date.getSeconds())}` : time;
}

export function chatTime(at) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? clockTime(at) : `${date.getMonth() + 1}月${date.getDate()}日 ${clockTime(at)}`;
}

export function openTab(name) {
  byId("tabs").querySelector(`[data-tab="${name}"]`).click();
}

let fading;

export function toast(words) {
  const shown = byId("toast");
  shown.textContent = words;
  shown.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { shown.hidden = true; }, 2200);
}

export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const before = button.textContent;
  button.textContent = "已复制";
  setTimeout(() => { button.textContent = before; }, 1200);
}
