// The site works without this file. It adds: suggestions while typing, tables that change in place, copy buttons, a live job.
const words = document.documentElement.lang.startsWith("zh")
  ? { copy: "复制", copied: "已复制", found: (n) => `${n} 条建议`, none: "没有建议" }
  : { copy: "Copy", copied: "Copied", found: (n) => `${n} suggestion${n === 1 ? "" : "s"}`, none: "No suggestions" };

const make = (tag, attributes = {}, text = "") => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
};

// Suggestions: the combobox pattern with a listbox of the ARIA practices; focus never leaves the field.
function suggest(form) {
  const input = form.querySelector("input[type=search]");
  const list = make("div", { id: `${input.id}-options`, class: "options", role: "listbox", "aria-label": form.querySelector("label").textContent, hidden: "" });
  const status = make("span", { class: "hidden", role: "status" });
  form.append(list, status);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  let options = [], active = -1, timer = 0, asking = null;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const point = (index) => {
    options[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = options[active];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };
  const show = (items) => {
    options = items.map((item, index) => {
      const option = make("div", { id: `${input.id}-option-${index}`, class: "option", role: "option", "aria-selected": "false" });
      option.dataset.href = item.href;
      option.append(make("span", { lang: item.lang }, item.title), make("span", { class: "option-by", lang: item.publisher_lang }, item.publisher));
      option.addEventListener("mousedown", (event) => { event.preventDefault(); location.href = item.href; });
      return option;
    });
    list.replaceChildren(...options);
    status.textContent = items.length ? words.found(items.length) : words.none;
    if (!items.length) return close();
    active = -1;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  };
  const ask = async () => {
    asking?.abort();
    const typed = input.value.trim();
    if (!typed) return close();
    asking = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
      if (answer.ok && document.activeElement === input) show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length && input.value.trim()) {
      event.preventDefault();
      if (list.hidden) { list.hidden = false; input.setAttribute("aria-expanded", "true"); }
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(active < 0 && step < 0 ? options.length - 1 : (active + step + options.length) % options.length);
    } else if (event.key === "Enter" && active >= 0 && !list.hidden) {
      event.preventDefault();
      location.href = options[active].dataset.href;
    }
  });
}

// Tables: sort, filter and page without leaving the page; the address stays one that can be shared.
async function swap(box, address, isBack) {
  box.classList.add("is-busy");
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-rows]");
    if (!fresh) throw new Error("no table");
    const scrolled = box.querySelector(".scroll")?.scrollLeft ?? 0;
    box.replaceChildren(...fresh.childNodes);
    const region = box.querySelector(".scroll");
    if (region) { region.scrollLeft = scrolled; if (!isBack) region.focus({ preventScroll: true }); }
    box.classList.remove("is-busy");
    box.removeAttribute("aria-busy");
  } catch {
    location.href = address;
  }
}
function live(box) {
  const isWholePage = location.pathname.includes("/data/");
  const go = (address) => {
    if (isWholePage) history.pushState({ rows: true }, "", address);
    swap(box, address, false);
  };
  box.addEventListener("click", (event) => {
    const link = event.target.closest("thead a, .pager a, .chip");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.href);
  });
  box.addEventListener("submit", (event) => {
    const form = event.target.closest("form.filter");
    if (!form) return;
    event.preventDefault();
    go(`${form.action}?${new URLSearchParams(new FormData(form))}`);
  });
  if (isWholePage) addEventListener("popstate", () => swap(box, location.href, true));
}

// Samples of code: a button that copies. The clipboard is there on https alone; elsewhere the text is selected and copied.
async function put(sample) {
  try {
    await navigator.clipboard.writeText(sample.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(sample);
    return document.execCommand("copy");
  }
}
function copyable(sample) {
  const frame = make("div", { class: "copyable" });
  const button = make("button", { type: "button", class: "copy" }, words.copy);
  const said = make("span", { class: "hidden", role: "status" });
  sample.replaceWith(frame);
  frame.append(sample, button, said);
  button.addEventListener("click", async () => {
    if (!await put(sample)) return;
    button.textContent = said.textContent = words.copied;
    setTimeout(() => { button.textContent = words.copy; said.textContent = ""; }, 2000);
  });
}

// A file that is being made: ask again every two seconds until it is there.
function watch(job) {
  if (!["waiting", "running"].includes(job.dataset.job)) return;
  setTimeout(async () => {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("job");
      if (!fresh) return location.reload();
      // While it goes on, only the numbers change: who is at a button stays there.
      const [from, to] = fresh.dataset.job === job.dataset.job
        ? [fresh.querySelector("[data-far]"), job.querySelector("[data-far]")] : [fresh, job];
      if (from.innerHTML !== to.innerHTML) to.replaceChildren(...from.childNodes);
      job.dataset.job = fresh.dataset.job;
    } catch { /* the network may be back next time */ }
    watch(job);
  }, 2000);
}

for (const form of document.querySelectorAll("form[data-suggest]")) suggest(form);
for (const box of document.querySelectorAll("[data-rows]")) live(box);
for (const sample of document.querySelectorAll("[data-copy]")) copyable(sample);
for (const job of document.querySelectorAll("[data-job]")) watch(job);
if (matchMedia("(max-width: 60rem)").matches) for (const fold of document.querySelectorAll("[data-fold]")) fold.open = false;
