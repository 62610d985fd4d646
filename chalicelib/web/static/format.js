// Formats numbers, sizes and times in the page's language.
const language = document.documentElement.lang || "en";
const numbers = new Intl.NumberFormat(language);
const short = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const absolute = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const UNITS = ["bytes", "kB", "MB", "GB", "TB"];
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

export const count = (n) => numbers.format(n);

export const plural = (n, word) => `${count(n)} ${word}${n === 1 ? "" : "s"}`;

export function bytes(size) {
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return unit === 0 ? plural(size, "byte") : `${short.format(size)} ${UNITS[unit]}`;
}

export function ago(timestamp) {
  const seconds = (Date.parse(timestamp) - Date.now()) / 1000;
  if (Math.abs(seconds) > 30 * 86400) return absolute.format(new Date(timestamp));
  const [unit, length] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ["second", 1];
  return relative.format(Math.min(0, Math.trunc(seconds / length)), unit);
}
