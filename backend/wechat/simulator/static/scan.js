/** The phone's scanner: codes of the official account that were made, or any scene by hand. */

import { get } from "./api.js";
import { byId, element } from "./dom.js";

export function startScanner(account, onScene) {
  const dialog = byId("ask");
  dialog.addEventListener("close", () => {
    const scene = byId("scene").value.trim();
    if (dialog.returnValue === "scan" && scene) onScene(scene);
    dialog.returnValue = "";
  });
  for (const opener of ["follow-by-code", "scan"]) {
    byId(opener).addEventListener("click", async () => {
      const { items } = await get(`codes?appid=${account.appid}`);
      byId("codes").replaceChildren(...items.map((code) => row(code, dialog)));
      byId("codes").hidden = items.length === 0;
      dialog.showModal();
    });
  }
}

function row(code, dialog) {
  const picture = element("img", { src: `/cgi-bin/showqrcode?ticket=${encodeURIComponent(code.ticket)}`, alt: "" });
  const made = element("button", { type: "button" }, picture, element("code", { text: code.scene }));
  made.addEventListener("click", () => {
    byId("scene").value = code.scene;
    dialog.close("scan");
  });
  return element("li", {}, made);
}
