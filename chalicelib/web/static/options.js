// The form of page options, made from the table that the API sends: nothing here knows one by name.
import { byId, element } from "./dom.js";
import { recall, remember } from "./memory.js";
import { text } from "./text.js";

const form = byId("options-form");
let offered = [];

export function offerOptions(options) {
  offered = options;
  const chosen = recall("options", {});
  form.replaceChildren(...options.map((option) => {
    const id = `option-${option.name}`;
    return element("div", {},
      element("label", { for: id }, label(option)),
      field(option, id, chosen[option.name]));
  }));
  form.oninput = changed;
  form.onsubmit = (event) => event.preventDefault();
  changed();
}

// What differs from the stage's own settings, as an upload's options; null if one is not valid.
export function chosenOptions() {
  if (!form.checkValidity()) {
    byId("options").open = true;
    form.reportValidity();
    return null;
  }
  return chosen();
}

function chosen() {
  const pairs = offered.map((option) => [option.name, form.elements[option.name].value.trim(), option]);
  return Object.fromEntries(pairs
    .filter(([, value, option]) => value !== "" && value !== String(option.default))
    .map(([name, value]) => [name, value]));
}

function changed() {
  const values = chosen();
  remember("options", values);
  byId("options-summary").textContent = offered
    .filter((option) => option.name in values)
    .map((option) => `${name(option)}: ${shown(values[option.name])}${option.unit ? ` ${option.unit}` : ""}`)
    .join(", ") || text.standardOptions;
}

const name = (option) => text.optionNames[option.name] ?? option.name;

const label = (option) => name(option) + (option.unit ? ` (${option.unit})` : "");

const shown = (value) => text.optionValues[value] ?? value;

function field({ name, kind, values, minimum, maximum, default: standard }, id, chosenValue) {
  const value = chosenValue ?? standard;
  if (kind === "choice") {
    return element("select", { id, name }, ...values.map((one) =>
      element("option", { value: one, selected: one === value }, shown(one))));
  }
  const type = kind === "number"
    ? { type: "number", min: minimum, max: maximum, step: "any", required: true }
    : { type: "text", placeholder: text.optionHints[name], autocomplete: "off", spellcheck: "false" };
  return element("input", { id, name, value, ...type });
}
