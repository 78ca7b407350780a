// Draws a network that can be zoomed in the place of the drawing that the page has; a circle or line leads where its link does.
"use strict";

const networkShown = { key: "", place: null, cy: null, data: null, room: null };
const NETWORK_LETTERS = 12; // px on the screen, at any zoom
const NETWORK_SIZE = [960, 660]; // px, of the drawing underneath

document.addEventListener("shown", placeNetwork);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", styleNetwork);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-net]");
  if (button && networkShown.cy) networkTools[button.dataset.net](networkShown.cy);
});
placeNetwork();

/** Draw the network of the page; one that is already drawn is put in its place again, with its zoom. */
async function placeNetwork() {
  const figure = document.getElementById("net");
  if (!figure) return;
  const data = JSON.parse(document.getElementById("network-data").textContent);
  if (!window.cytoscape) await loadedScript(figure.dataset.cytoscape);
  if (!figure.isConnected) return;
  const room = document.getElementById("net-room");
  room.classList.add("drawn");
  figure.querySelector(".net-still").inert = true;
  if (networkShown.cy && networkShown.key === data.key) {
    for (const kind of ["nodes", "edges"]) data[kind].forEach((one, i) => { networkShown.data[kind][i].url = one.url; });
    room.append(networkShown.place);
    networkShown.cy.resize();
    return;
  }
  networkShown.cy?.destroy();
  networkShown.data = data;
  drawNetwork(room, data);
}

function loadedScript(url) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = url;
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    document.head.append(script);
  });
}

function drawNetwork(room, data) {
  const place = document.createElement("div");
  place.className = "net-canvas";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", `Network of ${data.nodes.length} concepts; the table below has its links`);
  room.append(place);
  fillNetwork(place, data);
  const cy = window.cytoscape({
    container: place,
    elements: networkElements(data),
    layout: { name: "preset", fit: false },
    minZoom: 0.2,
    maxZoom: 8,
    boxSelectionEnabled: false,
    autounselectify: true,
  });
  Object.assign(networkShown, { key: data.key, place, cy });
  fitNetwork(cy);
  styleNetwork();
  let isDue = false;
  cy.on("zoom resize", () => {
    if (isDue) return;
    isDue = true;
    window.requestAnimationFrame(() => { isDue = false; nameNetwork(); });
  });
  cy.on("tap", "node, edge", (event) => openNetworkLink(event.target));
  cy.on("mouseover", "node, edge", (event) => pointNetwork(place, event.target));
  cy.on("mouseout", "node, edge", () => pointNetwork(place, null));
  // without Ctrl the wheel moves the page
  place.addEventListener("wheel", (event) => { if (!event.ctrlKey && !event.metaKey) event.stopImmediatePropagation(); }, { capture: true });
}

/** A place that is taller than the drawing is filled: the drawing is stretched, and its circles stay large enough to be hit. */
function fillNetwork(place, data) {
  const tall = Math.max(1, (place.clientHeight / place.clientWidth) * (NETWORK_SIZE[0] / NETWORK_SIZE[1]));
  const larger = Math.min(Math.max(1, (0.75 * NETWORK_SIZE[0]) / place.clientWidth), 1.8);
  for (const node of data.nodes) {
    node.y *= tall;
    node.radius *= larger;
  }
  networkShown.room = [0, 0, NETWORK_SIZE[0], NETWORK_SIZE[1] * tall];
}

function fitNetwork(cy) {
  const [, , wide, high] = networkShown.room;
  const zoom = Math.min(cy.width() / wide, cy.height() / high);
  cy.viewport({ zoom, pan: { x: (cy.width() - zoom * wide) / 2, y: (cy.height() - zoom * high) / 2 } });
}

function networkElements(data) {
  const nodes = data.nodes.map((n, i) => ({
    data: { id: `n${i}`, place: i, size: 2 * n.radius, words: "", dx: 0, dy: 0 },
    position: { x: n.x, y: n.y },
    grabbable: false,
  }));
  const edges = data.edges.map((e, i) => ({
    data: { id: `e${i}`, place: i, source: `n${e.source}`, target: `n${e.target}`, wide: 0.8 + 3 * e.strength, shade: 0.22 + 0.5 * e.strength },
  }));
  return [...edges, ...nodes];
}

/** Colours as the page's style has them, those of the circles as the drawing underneath has them. */
function styleNetwork() {
  const { cy, data } = networkShown;
  if (!cy) return;
  const page = window.getComputedStyle(document.documentElement);
  const [ink, surface, line, accent] = ["--ink", "--surface", "--line-strong", "--accent"].map((name) => page.getPropertyValue(name).trim());
  const circles = [...document.querySelectorAll("#net circle")].map((c) => window.getComputedStyle(c).fill);
  cy.batch(() => cy.nodes().forEach((node) => { node.data("colour", circles[node.data("place")]); }));
  cy.style([
    { selector: "node", style: {
      width: "data(size)", height: "data(size)", "background-color": "data(colour)", "border-width": 1.5, "border-color": surface,
      label: "data(words)", "text-wrap": "wrap", "text-valign": "center", "text-halign": "center", "text-margin-x": "data(dx)",
      "text-margin-y": "data(dy)", "line-height": 1.2, color: ink, "text-outline-color": surface, "font-family": networkFont(),
    } },
    { selector: "edge", style: { "curve-style": "haystack", "haystack-radius": 0, width: "data(wide)", opacity: "data(shade)", "line-color": line } },
    { selector: ".far", style: { opacity: 0.15 } },
    { selector: "edge.near", style: { opacity: 0.9, "line-color": accent } },
    { selector: "node.near", style: { "border-color": ink, "border-width": 2.5 } },
  ]);
  nameNetwork();
}

function networkFont() {
  return window.getComputedStyle(document.body).fontFamily;
}

/** Show the names that find room at this zoom, those of most documents first. */
function nameNetwork() {
  const { cy, data } = networkShown;
  const zoom = cy.zoom();
  const letters = NETWORK_LETTERS / zoom;
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${NETWORK_LETTERS}px ${networkFont()}`;
  const taken = data.nodes.map((n) => boxAround(n.x, n.y, 1.6 * n.radius, 1.6 * n.radius));
  cy.batch(() => {
    data.nodes.forEach((n, i) => {
      const wide = Math.max(...n.lines.map((text) => pen.measureText(text).width)) / zoom + 2 / zoom;
      const high = 1.2 * letters * n.lines.length;
      const at = namePlaces(n, wide, high, 2 / zoom).find(([x, y]) => hasRoom(boxAround(x, y, wide, high), taken, i));
      if (at) taken.push(boxAround(at[0], at[1], wide, high));
      cy.getElementById(`n${i}`).data({ words: at ? n.lines.join("\n") : "", dx: at ? at[0] - n.x : 0, dy: at ? at[1] - n.y : 0 });
    });
    cy.nodes().style({ "font-size": letters, "text-outline-width": 2 / zoom });
  });
}

/** Where a name may stand: in its circle, below, above, right, left, and between these. */
function namePlaces(node, wide, high, gap) {
  const { x, y, radius } = node;
  const far = radius + gap;
  const side = 0.7 * far;
  const inside = Math.hypot(wide, high) < 1.9 * radius ? [[x, y]] : [];
  const straight = [[x, y + far + high / 2], [x, y - far - high / 2], [x + far + wide / 2, y], [x - far - wide / 2, y]];
  const corners = [[1, 1], [1, -1], [-1, 1], [-1, -1]].map(([h, v]) => [x + h * (side + wide / 2), y + v * (side + high / 2)]);
  return [...inside, ...straight, ...corners];
}

function boxAround(x, y, wide, high) {
  return [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2];
}

function hasRoom(box, taken, own) {
  const [left, top, right, bottom] = networkShown.room;
  const isWithin = box[0] >= left && box[1] >= top && box[2] <= right && box[3] <= bottom;
  return isWithin && taken.every((o, i) => i === own || box[2] <= o[0] || o[2] <= box[0] || box[3] <= o[1] || o[3] <= box[1]);
}

/** What is under the pointer stands out with what it is linked to, and says its number. */
function pointNetwork(place, element) {
  const { cy } = networkShown;
  cy.batch(() => {
    cy.elements().removeClass("far near");
    if (!element) return;
    const near = element.isNode() ? element.closedNeighborhood() : element.union(element.connectedNodes());
    cy.elements().difference(near).addClass("far");
    near.edges().union(element).addClass("near");
  });
  place.title = element ? networkOf(element).said : "";
  place.classList.toggle("pointing", Boolean(element));
}

function networkOf(element) {
  return networkShown.data[element.isNode() ? "nodes" : "edges"][element.data("place")];
}

/** Follow the link of a circle or line as if it were clicked. */
function openNetworkLink(element) {
  const link = document.createElement("a");
  link.href = networkOf(element).url;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}

const networkTools = {
  in: (cy) => zoomNetwork(cy, 1.4),
  out: (cy) => zoomNetwork(cy, 1 / 1.4),
  fit: fitNetwork,
  png: (cy) => {
    const link = document.createElement("a");
    const surface = window.getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
    link.href = URL.createObjectURL(cy.png({ output: "blob", scale: 3, bg: surface }));
    link.download = "network.png";
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  },
};

function zoomNetwork(cy, times) {
  cy.zoom({ level: cy.zoom() * times, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
}
