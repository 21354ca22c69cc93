"use strict";

const texts = {
  es: {
    login: "Entrar", signOn: "Entrar con la cuenta de la universidad", email: "Correo", password: "Contraseña", enter: "Entrar", logout: "Salir", other: "English",
    month: "Este mes", advice: "Qué hacer", byBuilding: "Por edificio", energy: "consumo", cost: "costo", co2: "CO₂", coverage: "medido",
    saves: "Ahorra al menos", upTo: "hasta", perMonth: "al mes", confidence: "Confianza", rest: "Lo demás", status: "Estado",
    sources: "Lecturas de la demostración, con sus licencias (los nombres de lugares y equipos son inventados):",
    cambridge: "medidores de edificios y temperatura exterior.", failed: "No se pudo cargar", gap: "sin lecturas",
  },
  en: {
    login: "Log in", signOn: "Log in with the university's account", email: "E-mail", password: "Password", enter: "Log in", logout: "Log out", other: "Español",
    month: "This month", advice: "What to do", byBuilding: "By building", energy: "consumption", cost: "cost", co2: "CO₂", coverage: "measured",
    saves: "Saves at least", upTo: "up to", perMonth: "a month", confidence: "Confidence", rest: "The rest", status: "Status",
    sources: "Readings of the demonstration, with their licences (names of places and devices are made up):",
    cambridge: "building meters and outdoor temperature.", failed: "Could not load", gap: "no readings",
  },
};

const page = { language: (navigator.language || "es").startsWith("en") ? "en" : "es", token: null };
const $ = (id) => document.getElementById(id);
const say = (word) => texts[page.language][word];
const locale = () => (page.language === "en" ? "en-GB" : "es-CO");
const number = (n, digits = 1) => n.toLocaleString(locale(), { maximumFractionDigits: digits });

// element makes one with text, never with markup: a device may be named anything.
function element(name, text, className) {
  const e = document.createElement(name);
  if (text !== undefined) e.textContent = text;
  if (className) e.className = className;
  return e;
}

async function call(path, options = {}) {
  const headers = { "Accept-Language": page.language, ...options.headers };
  if (page.token) headers.Authorization = "Bearer " + page.token;
  const answer = await fetch(path, { ...options, headers });
  const body = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail), { status: answer.status, id: body.request_id });
  return body;
}

function translate() {
  document.documentElement.lang = page.language;
  for (const e of document.querySelectorAll("[data-text]")) e.textContent = say(e.dataset.text);
  $("language").textContent = say("other");
  $("logout").textContent = say("logout");
}

function show(loggedIn) {
  $("login").hidden = loggedIn;
  $("today").hidden = !loggedIn;
  $("logout").hidden = !loggedIn;
}

async function load() {
  const now = new Date();
  const from = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-01`;
  await Promise.all([
    guard($("figures"), async () => figures(await call(`/api/consumo/serie?bucket=month&from=${from}`))),
    guard($("buildings").tBodies[0], async () => buildings(await call(`/api/consumo/serie?bucket=month&by=building&from=${from}`))),
    guard($("advice"), async () => advice(await call("/api/recomendaciones"))),
  ]);
}

// guard shows in a place why it could not be filled.
async function guard(place, fill) {
  try {
    await fill();
  } catch (e) {
    if (e.status === 401) return leave();
    place.replaceChildren(element(place.tagName === "OL" ? "li" : "div", `${say("failed")}: ${e.message} (${e.id || ""})`));
  }
}

function figures(series) {
  const s = series.items && series.items[0];
  const list = !s || s.kwh === null ? [[say("gap"), say("energy")]] : [
    [number(s.kwh) + " kWh", say("energy")], [number(s.cost, 0) + " " + s.currency, say("cost")],
    [number(s.co2_kg, 0) + " kg", say("co2")], [number(100 * s.coverage, 0) + " %", say("coverage")],
  ];
  $("figures").replaceChildren(...list.map(([value, label]) => {
    const card = element("div");
    card.append(element("b", value), element("span", label));
    return card;
  }));
}

function buildings(series) {
  const rows = (series.series || []).map((s) => ({ name: s.name || say("rest"), kwh: s.items[0].kwh })).sort((a, b) => (b.kwh || 0) - (a.kwh || 0));
  const most = Math.max(1, ...rows.map((r) => r.kwh || 0));
  $("buildings").tBodies[0].replaceChildren(...rows.map((r) => {
    const row = element("tr");
    const bar = element("meter");
    bar.max = most;
    bar.value = r.kwh || 0;
    bar.setAttribute("aria-label", r.name);
    const cell = element("td");
    cell.append(bar);
    const head = element("th", r.name);
    head.scope = "row";
    row.append(head, cell, element("td", r.kwh === null ? say("gap") : number(r.kwh) + " kWh", "number"));
    return row;
  }));
}

function advice(answer) {
  $("reason").textContent = answer.reason || "";
  $("advice").replaceChildren(...answer.recomendaciones.map((r) => {
    const item = element("li");
    item.append(element("h2", r.title), element("p", r.message), element("p", r.action));
    if (r.saving && r.saving.kwh_month > 0) {
      const cost = r.saving.cost_low ? ` · ${number(r.saving.cost_low, 0)} ${r.saving.currency}` : "";
      item.append(element("p", `${say("saves")} ${number(r.saving.kwh_low)} kWh ${say("perMonth")} ${cost} (${say("upTo")} ${number(r.saving.kwh_high)} kWh)`, "saving"));
    }
    item.append(element("p", `${say("confidence")} ${number(100 * r.confidence, 0)} % · ${r.period && r.period.from ? r.period.from.slice(0, 10) + " – " + r.period.to.slice(0, 10) : ""}`, "quiet"));
    return item;
  }));
}

function leave() {
  page.token = null;
  show(false);
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  $("login-error").textContent = "";
  try {
    const granted = await call("/auth/login", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email: form.get("email"), password: form.get("password") }),
    });
    page.token = granted.access_token; // kept in memory only: no script of another page can read it
    event.target.reset();
    show(true);
    await load();
  } catch (e) {
    $("login-error").textContent = e.message;
  }
});

$("logout").addEventListener("click", async () => {
  await call("/auth/logout", { method: "POST" }).catch(() => {});
  leave();
});

$("language").addEventListener("click", () => {
  page.language = page.language === "en" ? "es" : "en";
  translate();
  if (page.token) load();
});

// arrive takes the tokens that the university's login sent the browser back with, out of the address and its history.
function arrive() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.has("access_token")) return false;
  page.token = given.get("access_token");
  history.replaceState(null, "", location.pathname);
  return true;
}

// offerSignOn shows the way to the university's login where there is one: then its route leads away from here.
async function offerSignOn() {
  const answer = await fetch("/auth/oidc", { redirect: "manual" }).catch(() => null);
  $("sign-on").hidden = !answer || answer.type !== "opaqueredirect";
}

translate();
if (arrive()) {
  show(true);
  load();
} else {
  show(false);
  offerSignOn();
}
