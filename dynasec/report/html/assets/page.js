// Wires the page: colours, filters, keys, paper.

const theme = () => {
  const button = document.getElementById("theme");
  const next = { "": "dark", dark: "light", light: "" };
  const said = { "": "as the system", dark: "dark", light: "light" };
  const face = { "": "◐ Auto", dark: "● Dark", light: "○ Light" };
  const remembered = (value) => { // a file's storage may be refused
    try {
      if (value === undefined) return localStorage.getItem("dynasec-theme") ?? "";
      localStorage.setItem("dynasec-theme", value);
    } catch { /* then it is not remembered */ }
    return value ?? "";
  };
  const wear = (name) => {
    document.documentElement.dataset.theme = name;
    button.textContent = face[name];
    button.setAttribute("aria-label", `Colours: ${said[name]}`);
  };
  const before = remembered();
  wear(before in next ? before : "");
  button.addEventListener("click", () => {
    const name = next[document.documentElement.dataset.theme];
    remembered(name);
    wear(name);
  });
  button.hidden = false;
};

const paper = (list) => {
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach((one) => { one.open = true; });
    const rest = list ? list.fillForPaper() : 0;
    document.getElementById("explorer").dataset.rest = rest ? `${rest.toLocaleString("en")} more findings are not printed.` : "";
  });
  addEventListener("afterprint", () => {
    closed.forEach((one) => { one.open = false; });
    list?.turn(list.page);
  });
};

const options = (select, values) => select.append(...values.map((value) => make("option", { value }, value)));

const boxes = (fieldset, names, kind, checked) => names.map((name, place) => {
  const box = make("input", { type: "checkbox", value: place });
  box.defaultChecked = checked.has(name);
  const count = make("span", { class: "count" });
  fieldset.append(make("label", {}, box, badge(kind, name), count));
  return { box, count };
});

class Filters {
  constructor(store, list) {
    this.store = store;
    this.list = list;
    this.form = document.getElementById("filters");
    this.search = document.getElementById("search");
    this.select = Object.fromEntries(["section", "class", "region", "framework"].map((name) => [name, document.getElementById(`${name}-filter`)]));
    this.statuses = boxes(document.getElementById("status-filter"), store.statuses, "status", new Set(["FAIL", "UNKNOWN"]));
    this.severities = boxes(document.getElementById("severity-filter"), store.severities, "severity", new Set(store.severities));
    const distinct = (values) => Array.from(new Set(values)).sort();
    const classes = new Set(store.resources.class.texts.map((text) => text || "none"));
    options(this.select.section, distinct(store.controls.map((one) => one.section)));
    options(this.select.class, [...store.ladder.toReversed(), "none"].filter((name) => classes.has(name)));
    options(this.select.region, distinct(store.resources.region.texts));
    const references = distinct(store.controls.flatMap((one) => one.frameworks.flatMap((name) => [name.split(":", 1)[0], name])));
    options(this.select.framework, references);
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => this.apply());
    this.form.addEventListener("reset", () => setTimeout(() => this.apply()));
    document.addEventListener("click", (event) => this.jump(event.target.closest("[data-filter]")));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  apply() {
    const value = (name) => this.select[name].value;
    const chosen = (all) => new Set(all.flatMap(({ box }, place) => (box.checked ? [place] : [])));
    const filter = {
      text: this.search.value,
      statuses: chosen(this.statuses),
      severities: chosen(this.severities),
      section: value("section"),
      class: value("class"),
      region: value("region"),
      framework: value("framework"),
    };
    const { found, byStatus, bySeverity } = select(this.store, filter);
    this.statuses.forEach(({ count }, place) => { count.textContent = byStatus[place].toLocaleString("en"); });
    this.severities.forEach(({ count }, place) => { count.textContent = bySeverity[place].toLocaleString("en"); });
    document.getElementById("result").textContent = `${found.length.toLocaleString("en")} of ${this.store.count.toLocaleString("en")} findings`;
    this.list.show(found);
  }

  // From a section or requirement of the summary to its findings.
  jump(link) {
    if (!link) return;
    this.form.reset();
    this.select[link.dataset.filter].value = link.dataset.value;
    this.apply();
    const target = document.getElementById("findings");
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  }

  key(event) {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.search.focus();
    }
  }
}

const start = async () => {
  theme();
  if (!("DecompressionStream" in window) || !Array.prototype.toReversed) {
    document.getElementById("too-old").hidden = false;
    paper(null);
    return;
  }
  const store = new Store(await unpack("core"));
  let pending = null;
  const unpacked = () => {
    pending ??= unpack("details").then((details) => {
      store.details = {
        evidence: details.evidence,
        gaps: details.gaps,
        accepted: details.accepted,
        evidenceOf: Uint32Array.from(details.findings.evidence),
        gapsOf: Uint32Array.from(details.findings.gaps),
      };
    });
    return pending;
  };
  const list = new List(store, unpacked);
  const filters = new Filters(store, list);
  paper(list);
  filters.apply();
  document.getElementById("explorer").hidden = false;
  performance.mark("list");
  await new Promise((done) => { setTimeout(done, 50); }); // the page is painted first
  await unpacked();
  if (filters.search.value) filters.apply(); // what was typed meanwhile may be in evidence
  performance.mark("details");
};

start();
