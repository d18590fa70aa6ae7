// What Gradio leaves to the page: its language, links to citations, focus and announcements.
"use strict";

// Gradio's own labels follow the browser's language; this page is in French for everyone.
for (const [name, value] of [["language", "fr"], ["languages", ["fr"]]]) {
  Object.defineProperty(navigator, name, { get: () => value });
}
window.__gradio_mode__ = "app";

// A session that has ended: whatever the page asks next is refused, and leads to the login.
const fetched = window.fetch;
window.fetch = async (...request) => {
  const response = await fetched(...request);
  if (response.status === 401 && new URL(response.url).origin === location.origin) {
    location.assign("/connexion");
  }
  if (response.status === 429) {
    response.clone().json().then(({ detail }) => warn(detail), () => {});
  }
  return response;
};

// A limit that is reached: its sentence stands above the page until the next question.
function warn(sentence) {
  const place = document.querySelector("#limite");
  place.textContent = sentence;
  place.hidden = !sentence;
  place.scrollIntoView({ block: "nearest" });
}

let followed = null; // the link to a citation that was followed last
let awaited = ""; // the citation whose panel has not come yet
let shown = ""; // the citation in the panel
let asked = ""; // the question shown last
let sheet = null; // the image in the panel
let times = 0;

function follow(link) {
  const field = document.querySelector("#choix textarea, #choix input");
  if (!field) return;
  const reference = link.getAttribute("href").slice(1);
  followed = link;
  awaited = reference;
  field.value = `${reference} ${++times}`; // a counter: the same link may be followed twice
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (shown === reference) toPanel();
}

function toPanel() {
  awaited = "";
  document.querySelector("#preuve h2")?.focus({ preventScroll: true });
  if (!beside()) document.querySelector("#source")?.scrollIntoView({ block: "start" });
}

// Whether the source stands beside the answer and scrolls by itself, or below it.
function beside() {
  const panel = document.querySelector("#source");
  return panel !== null && getComputedStyle(panel).overflowY === "auto";
}

function toAnswer() {
  const link = followed && followed.isConnected
    ? followed
    : document.querySelector(`a[href="#${shown}"]`);
  link?.focus({ preventScroll: true });
  link?.scrollIntoView({ block: beside() ? "nearest" : "center" });
}

// An answer as text: its references keep their numbers, and what they stand for comes below.
function asText(turn) {
  const said = (element) => element.innerText.replace(/\s+\n/g, "\n").trim();
  const plain = (element) => {
    const copied = element.cloneNode(true);
    for (const aside of copied.querySelectorAll(".lu, .mention")) aside.remove();
    for (const line of copied.querySelectorAll("br")) line.replaceWith("\n");
    return copied.textContent.replace(/[ \t]+/g, " ").trim();
  };
  const sentences = [...turn.querySelectorAll(".phrase:not(.non-verifiee)")].map(plain);
  const sources = [...turn.querySelectorAll(".sources:not(.proches) li a")].map(said);
  return [plain(turn.querySelector(".question")), "", ...sentences, "", "Sources :", ...sources].join("\n");
}

async function copy(turn) {
  let done = "Réponse copiée, avec ses références.";
  try {
    await navigator.clipboard.writeText(asText(turn));
  } catch {
    done = copyOtherwise(asText(turn)) ? done : "La réponse n'a pas pu être copiée : sélectionnez-la.";
  }
  document.querySelector("#annonce").textContent = done;
  const link = turn.querySelector(".suites a[href^='#copier']");
  if (link) link.textContent = done;
}

// Where the page is served without TLS on a network, browsers have no clipboard for it.
function copyOtherwise(text) {
  const field = document.body.appendChild(document.createElement("textarea"));
  field.value = text;
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (!link) return;
  const href = link.getAttribute("href");
  if (/^#[cp]-\d+-\d+$/.test(href)) follow(link);
  else if (/^#copier-\d+$/.test(href)) copy(link.closest(".tour"));
  else if (href === "#retour") toAnswer();
  else if (href === "#question") document.querySelector("#question textarea")?.focus();
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest("#source")) toAnswer();
});

function set(selector, attributes) {
  const element = document.querySelector(selector);
  for (const [name, value] of Object.entries(attributes)) {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

// Gradio's sanitiser drops aria-*: they are put where they belong whenever the page changes.
function tend() {
  // what a model is still writing is read aloud once, when it is checked
  const busy = String(document.querySelector("#reponse .en-cours") !== null);
  set("#reponse [data-testid=markdown]", { role: "log", "aria-live": "polite", "aria-busy": busy, "aria-label": "Réponse" });
  set("#etape [data-testid=markdown]", { role: "status" });
  set("#source", { role: "region", "aria-label": "Source citée" });
  set("#tours", { role: "region", "aria-label": "Questions et réponses" });
  const question = document.querySelector("#reponse h2");
  if ((question?.id ?? "") !== asked) {
    asked = question?.id ?? "";
    warn("");
    question?.scrollIntoView({ block: "nearest" });
  }
  const title = document.querySelector("#preuve h2");
  const reference = title ? title.id.slice(4) : "";
  for (const link of document.querySelectorAll("#tours a[href^='#c-'], #tours a[href^='#p-']")) {
    const current = link.getAttribute("href") === `#${reference}`;
    if (current && !link.hasAttribute("aria-current")) link.setAttribute("aria-current", "true");
    if (!current) link.removeAttribute("aria-current");
  }
  if (reference !== shown) {
    shown = reference;
    document.querySelector("#annonce").textContent = title ? `Source : ${title.textContent}` : "";
  }
  if (awaited && awaited === reference) toPanel();
  const image = document.querySelector("#feuillet img");
  if (image !== sheet) {
    sheet = image;
    toPassage();
  }
}

// Where the panel scrolls by itself, scroll it to the boxed passage.
function toPassage() {
  const panel = document.querySelector("#source");
  const passage = document.querySelector("#passage");
  if (!beside()) return;
  const below = passage ? passage.getBoundingClientRect().top - panel.getBoundingClientRect().top : 0;
  panel.scrollTop = below > panel.clientHeight - 60 ? panel.scrollTop + below - 260 : 0;
}

new MutationObserver(tend).observe(document, { childList: true, subtree: true });
