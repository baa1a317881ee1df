/**
 * The deployment files of a plan, made by the engine in this page: a button, then a list to look at, copy and save.
 *
 * @typedef {{folder: string, files: Record<string, string>, zip: string}} PlanFiles `zip` is base64
 */
import { fileSize } from "./figures.mjs";
import { element } from "./panel.mjs";

/**
 * A button that asks for the files once, and what it shows.
 * @param {() => Promise<PlanFiles>} made rejects with an error in words
 */
export function filesOf(made) {
  const button = element("button", { type: "button", className: "button" }, "Deployment files");
  const shown = element("div", { className: "plan-files", hidden: true });
  shown.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    button.disabled = true;
    shown.hidden = false;
    shown.textContent = "The files are being made …";
    try {
      const found = await made();
      shown.removeAttribute("role"); // the list is no message
      shown.replaceChildren(...fileList(found));
      button.remove();
    } catch (error) {
      shown.textContent = /** @type {Error} */ (error).message;
      button.disabled = false;
    }
  });
  const box = element("div", {}, button, shown);
  box.dataset.files = "";
  box.lang = "en"; // what it says, and the files themselves, are English in every language
  return box;
}

/** @param {PlanFiles} found */
function fileList({ folder, files, zip }) {
  const archive = bytesOf(zip);
  const save = element("a", { download: `${folder}.zip`, className: "button" }, `Download ${folder}.zip, ${fileSize(archive.length)}`);
  save.href = URL.createObjectURL(new Blob([archive], { type: "application/zip" }));
  const items = Object.entries(files).map(([path, text]) => element("li", {}, fileView(path, text)));
  return [element("p", {}, save), element("ul", { className: "file-list" }, ...items)];
}

/** A file that opens in place; its text is put into the page when it does. @param {string} path @param {string} text */
function fileView(path, text) {
  const size = element("small", {}, ` ${fileSize(new Blob([text]).size)}`);
  const view = element("details", {}, element("summary", {}, path, size));
  view.addEventListener(
    "toggle",
    () => {
      const copy = element("button", { type: "button", className: "button" }, "Copy");
      copy.addEventListener("click", () => {
        navigator.clipboard.writeText(text).then(
          () => (copy.textContent = "Copied"),
          () => (copy.textContent = "Your browser does not allow copying"),
        );
      });
      const code = element("pre", { tabIndex: 0 }, element("code", {}, text));
      view.append(element("p", {}, copy), code);
    },
    { once: true },
  );
  return view;
}

/** @param {string} packed base64 */
function bytesOf(packed) {
  return Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
}
