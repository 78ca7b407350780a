/* Ways in which a view leaves: as a CSV file, and as the command that asks for the same. */

/** What a spreadsheet computes, as in cells.py: blanks and quotation marks are passed over before a sign. */
const COMPUTED = /^(?:[\x00-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff'"]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|'*[\t\r\n])/;

/** A cell of a CSV file; a text that a spreadsheet would compute gets an apostrophe. */
function csvCell(value) {
  if (value == null || Number.isNaN(value)) return "";
  if (typeof value === "number") return String(value);
  const safe = COMPUTED.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvOf(rows) {
  return `\ufeff${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

function download(name, rows) {
  const url = URL.createObjectURL(new Blob([csvOf(rows)], { type: "text/csv;charset=utf-8" }));
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

async function copy(text, status) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = make("textarea", { class: "unseen", "aria-hidden": "true", tabindex: "-1" });
    const before = document.activeElement;
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    before?.focus();
  }
  status.textContent = "Copied";
  setTimeout(() => (status.textContent = ""), 2000);
}

/** Buttons and the command below a view. */
function leaving({ name, rows, command }) {
  const status = make("span", { class: "quiet", role: "status" });
  return make(
    "div",
    { class: "leave" },
    rows ? button("Download CSV", { "data-key": `csv ${name}`, class: "csv" }, () => download(`${name}.csv`, rows())) : null,
    make("code", { class: "command" }, command.line),
    button("Copy command", { "data-key": `copy ${name}` }, () => copy(command.line, status)),
    status,
    ...command.notes.map((note) => make("p", { class: "quiet note" }, note)),
  );
}
