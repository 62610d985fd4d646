// Creates elements, and shows object keys safely: nothing here parses HTML.
export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null && child !== ""));
  return made;
}

// Characters that are invisible or ambiguous: controls, lone surrogates, bidirectional controls,
// separators, and spaces other than U+0020.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
const PIECES = /([\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs})/u;
const JOINED = /\p{Extended_Pictographic}\u200d|[\u200c\u200d]/u;

const escape = (character) =>
  `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

// Invisible characters are shown by name, except the zero-width joiner of emoji and some scripts.
const isNamed = (piece) => INVISIBLE.test(piece) && piece.length <= 2 && !JOINED.test(piece);

function shownPart(part) {
  return part.split(PIECES).filter(Boolean).map((piece) =>
    isNamed(piece) ? element("code", { class: "escape" }, escape(piece)) : piece);
}

// A key as an element, with its folders dimmed; the text direction of each part is isolated.
export function shownKey(key) {
  const parts = key.split("/");
  const name = parts.pop();
  const shown = element("span", { class: "key" });
  for (const part of parts) shown.append(element("bdi", { class: "folder" }, ...shownPart(part)), "/");
  shown.append(element("bdi", { class: "name" }, ...shownPart(name)));
  return shown;
}

// A key as plain text, for labels and announcements.
export function plainKey(key) {
  return key.split(PIECES).map((piece) => (isNamed(piece) ? `<${escape(piece)}>` : piece)).join("");
}
