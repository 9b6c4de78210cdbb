// The list of findings: a page of rows, headings that sort, rows that open.

const COLUMNS = [
  ["status", "Status"], ["severity", "Severity"], ["control", "Control"], ["resource", "Resource"],
  ["region", "Region"], ["class", "Class"], ["reason", "Reason"],
];

const PRINTED = 1000;

class List {
  constructor(store, unpacked) {
    this.store = store;
    this.unpacked = unpacked;
    this.found = new Uint32Array(0);
    this.page = 0;
    this.size = 50;
    this.sort = { column: "severity", descending: false };
    this.body = document.querySelector("#list tbody");
    this.head = document.querySelector("#list thead tr");
    for (const [column, title] of COLUMNS) {
      const button = make("button", { type: "button", "data-sort": column }, title);
      button.addEventListener("click", () => this.sortBy(column));
      this.head.append(make("th", { scope: "col", class: `column-${column}` }, button));
    }
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("keydown", (event) => this.moved(event));
    document.getElementById("previous").addEventListener("click", () => this.turn(this.page - 1));
    document.getElementById("next").addEventListener("click", () => this.turn(this.page + 1));
    document.getElementById("size").addEventListener("change", (event) => {
      this.size = Number(event.target.value);
      this.turn(0);
    });
  }

  show(found) {
    this.found = found;
    this.order();
  }

  sortBy(column) {
    const same = this.sort.column === column;
    this.sort = { column, descending: same && !this.sort.descending };
    this.order();
  }

  order() {
    arrange(this.store, this.found, this.sort.column, this.sort.descending);
    this.head.childNodes.forEach((cell, place) => {
      const mine = COLUMNS[place][0] === this.sort.column;
      if (mine) cell.setAttribute("aria-sort", this.sort.descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    this.turn(0);
  }

  get pages() { return Math.max(Math.ceil(this.found.length / this.size), 1); }

  turn(page) {
    this.page = Math.min(Math.max(page, 0), this.pages - 1);
    this.fill(this.page * this.size, this.size);
    document.getElementById("place").textContent = `Page ${(this.page + 1).toLocaleString("en")} of ${this.pages.toLocaleString("en")}`;
    document.getElementById("previous").disabled = this.page === 0;
    document.getElementById("next").disabled = this.page === this.pages - 1;
  }

  fill(from, count) {
    const rows = Array.from(this.found.subarray(from, from + count), (i) => this.row(i));
    if (!rows.length) rows.push(make("tr", { class: "empty" }, make("td", { colspan: COLUMNS.length }, "No finding matches these filters.")));
    this.body.replaceChildren(...rows);
  }

  // Paper has no pages to turn: as many rows as anybody would print.
  fillForPaper() {
    this.fill(0, PRINTED);
    return Math.max(this.found.length - PRINTED, 0);
  }

  row(i) {
    const { store } = this;
    const resource = store.resource[i];
    const control = store.controls[store.control[i]];
    const button = make("button", { type: "button", class: "opener", "aria-expanded": "false", title: control.title }, control.id);
    return make("tr", { "data-finding": i, class: "finding" },
      make("td", {}, badge("status", store.statuses[store.status[i]])),
      make("td", {}, badge("severity", store.severities[store.severity[i]])),
      make("th", { scope: "row" }, button),
      make("td", { class: "resource", title: store.of(resource, "arn") }, store.of(resource, "label")),
      make("td", {}, store.of(resource, "region")),
      make("td", {}, store.of(resource, "class") || "–"),
      make("td", { class: "reason" }, make("div", {}, store.reasons[store.reason[i]])));
  }

  clicked(event) {
    const row = event.target.closest("tr.finding");
    if (row && !String(getSelection())) this.toggle(row);
  }

  // Enter and Space press the row's button by themselves.
  moved(event) {
    const button = event.target.closest(".opener");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!button || !step) return;
    const all = Array.from(this.body.querySelectorAll(".opener"));
    const next = all[all.indexOf(button) + step];
    if (next) { event.preventDefault(); next.focus(); }
  }

  async toggle(row) {
    const button = row.querySelector(".opener");
    const open = button.getAttribute("aria-expanded") === "true";
    if (open) {
      button.setAttribute("aria-expanded", "false");
      button.removeAttribute("aria-controls");
      row.nextElementSibling?.remove();
      return;
    }
    button.setAttribute("aria-expanded", "true");
    const i = Number(row.dataset.finding);
    const id = `finding-${i}`;
    button.setAttribute("aria-controls", id);
    const cell = make("td", { colspan: COLUMNS.length });
    row.after(make("tr", { class: "detail", id }, cell));
    await this.unpacked();
    cell.append(opened(this.store, i));
  }
}
