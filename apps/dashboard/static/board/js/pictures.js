// A photo or a signature at large: a dialog outside the drawer, which goes on being refreshed behind it.

import { byId, make } from "./dom.js";

/** Whether a picture is open: keys then belong to it. */
export const isPictureOpen = () => byId("picture").open;

/** Open a picture when somebody presses its thumbnail in the drawer. */
export function startPictures() {
  const dialog = byId("picture");
  const drawer = byId("drawer-body");
  let shown = "";

  drawer.addEventListener("click", (event) => {
    const thumb = event.target.closest("[data-picture]");
    if (!thumb) return;
    shown = thumb.dataset.picture;
    const { src, alt } = thumb.querySelector("img");
    const large = make("img", { src, alt, onerror: () => (byId("picture-refusal").hidden = false) });
    byId("picture-refusal").hidden = true;
    byId("picture-body").replaceChildren(make("figure", {}, large, make("figcaption", { "aria-hidden": "true" }, alt))); // the alt text says it already
    dialog.showModal();
  });
  byId("picture-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside the picture
  dialog.addEventListener("close", () => {
    byId("picture-body").replaceChildren();
    (thumbOf(drawer, shown) ?? drawer).focus(); // the thumbnail may be another element by now
  });
}

/** The thumbnail of a picture in the drawer, if it is there. */
export function thumbOf(drawer, id) {
  return id ? drawer.querySelector(`[data-picture="${CSS.escape(id)}"]`) : null;
}
