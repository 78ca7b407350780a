/* Begins: unpacks the data, and shows the view that the address names whenever it changes. */

const SCREENS = {
  overview: showOverview,
  documents: showDocuments,
  cooccurrence: showCooccurrence,
  findings: showFindings,
  evidence: showEvidence,
};

/** What of a view the main part shows; the drawer is beside it. */
function mainOf(state) {
  return hashOf({ ...state, open: "" });
}

function showTabs(state) {
  show(
    id("tabs"),
    Object.entries(TABS).map(([tab, text]) =>
      make("a", { href: hashOf(ofTab(state, tab)), "data-key": `tab ${tab}`, "aria-current": tab === state.tab ? "page" : null }, text),
    ),
  );
}

function makeShow(report) {
  let shown = "";
  let mask = null;
  const current = () => readState(location.hash);
  const render = () => {
    const state = current();
    if (mainOf(state) !== shown) {
      const isNewTab = !shown.startsWith(`#${state.tab}`);
      const isNewPage = !isNewTab && readState(shown).page !== state.page;
      shown = mainOf(state);
      mask = fitting(report, state);
      showTabs(state);
      showFilters(report, state, mask);
      id("heading").textContent = TABS[state.tab];
      id("n").textContent = `${numberText(total(mask))} of ${counted(report.n, "document")}`;
      SCREENS[state.tab](report, state, mask, id("view"));
      if (isNewTab || isNewPage) scrollTo(0, 0);
    }
    showDrawer(report, state, mask, current);
  };
  return { render, current };
}

function close(current) {
  if (!id("drawer").hidden) go(current(), { open: "", page: current().page });
}

function startKeys(current) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(current);
    const isTyping = event.target.closest?.("input, select, textarea");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") stepDocuments(1);
    if (event.key === "k") stepDocuments(-1);
    if (event.key === "/") {
      event.preventDefault();
      id("search").focus();
    }
  });
  id("close").addEventListener("click", () => close(current));
  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.("[data-mention]");
    if (mark && getSelection().isCollapsed) go(current(), { open: `mention.${mark.dataset.mention}`, page: current().page });
  });
}

async function start() {
  if (!("DecompressionStream" in window)) {
    id("loading").textContent =
      "This browser cannot unpack the report. Open it in Chrome or Edge from version 80, Firefox from 113 or Safari from 16.4.";
    return;
  }
  const report = makeReport(readColumns(await unzipped(bytesOf(id("data").textContent))));
  const { render, current } = makeShow(report);
  startFilters(report, current);
  startKeys(current);
  document.body.classList.toggle("narrow-filters", matchMedia("(max-width: 800px)").matches);
  if (matchMedia("(max-width: 800px)").matches) id("filters").open = false;
  id("loading").hidden = true;
  id("page").hidden = false;
  addEventListener("hashchange", render);
  render();
  document.documentElement.dataset.ready = "yes";
  setTimeout(() => lowerAll(report), 200);
}

start().catch((error) => {
  id("loading").hidden = false;
  id("loading").textContent = `The report is damaged: ${error.message}. Ask for the file again.`;
});
