// Files that the user drops or chooses; folders include all files in them.
import { byId } from "./dom.js";

// Calls `add` with a list of { file, path }; the path of a file in a folder includes the folder's.
export function acceptFiles(add) {
  const veil = byId("veil");
  let depth = 0;
  const isFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const show = (isOver) => { veil.hidden = !isOver; };

  addEventListener("dragenter", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    depth += 1;
    show(true);
  });
  addEventListener("dragover", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  addEventListener("dragleave", (event) => {
    if (!isFiles(event)) return;
    depth = Math.max(0, depth - 1);
    show(depth > 0);
  });
  addEventListener("drop", async (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    add(await dropped(event.dataTransfer));
  });

  for (const [button, input] of [["choose-files", "files-input"], ["choose-folder", "folder-input"]]) {
    byId(button).addEventListener("click", () => byId(input).click());
    byId(input).addEventListener("change", ({ target }) => {
      add([...target.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
      target.value = "";
    });
  }
}

async function dropped(transfer) {
  // Read both lists before any await: the DataTransfer is emptied when its event ends.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = [...transfer.files];
  if (!entries.length) return files.map((file) => ({ file, path: file.name }));
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

async function walk(entry, found) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    found.push({ file, path });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // A directory reader returns at most 100 entries per call.
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) return;
    for (const one of some) await walk(one, found);
  }
}
