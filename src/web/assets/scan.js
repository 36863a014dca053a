// The scanner's desk. Scans stand in a queue that outlives a reload; they are sent one after the
// other, each until it is answered, with an id by which the station knows a repeated one.
"use strict";

const desk = document.getElementById("desk");
const code = document.getElementById("code");
const verdict = document.getElementById("verdict");
const last = document.getElementById("last");
const waiting = document.getElementById("waiting");
const sound = document.getElementById("sound");
const texts = JSON.parse(desk.dataset.texts);
const key = `kia-pindai-${desk.dataset.user}`;
const queue = JSON.parse(sessionStorage.getItem(key) ?? "[]");
let sending = false;

// Digits are codes here, not pages of the menu.
document.body.dataset.keys = "off";

const save = () => {
  sessionStorage.setItem(key, JSON.stringify(queue));
  waiting.hidden = queue.length < 2 && !waiting.dataset.slow;
  waiting.querySelector("b").textContent = queue.length;
};

const sleep = (time) => new Promise((done) => setTimeout(done, time));

let speaker = null;
function beep(tones) {
  if (!sound.checked) return;
  try {
    speaker ??= new AudioContext();
    speaker.resume();
    for (const [hertz, start, length] of tones) {
      const tone = speaker.createOscillator();
      const volume = speaker.createGain();
      tone.type = "square";
      tone.frequency.value = hertz;
      volume.gain.value = 0.15;
      tone.connect(volume).connect(speaker.destination);
      tone.start(speaker.currentTime + start);
      tone.stop(speaker.currentTime + start + length);
    }
  } catch { sound.checked = false; }
}
const high = [[1500, 0, 0.09]];
const low = [[220, 0, 0.18], [220, 0.26, 0.18]];

function say(kind, title, detail, warning) {
  verdict.className = `verdict ${kind}`;
  for (const [tag, text] of [["b", title], ["span", detail], ["em", warning]]) {
    verdict.querySelector(tag).textContent = text;
  }
}

function show(answer) {
  say(answer.class, answer.title, answer.detail, answer.warning);
  document.getElementById("good").textContent = answer.counts.good;
  document.getElementById("refused").textContent = answer.counts.refused;
  const line = document.createElement("li");
  line.className = answer.class;
  const title = document.createElement("b");
  title.textContent = answer.title;
  const card = document.createElement(answer.card ? "a" : "span");
  if (answer.card) card.href = `/cards/${answer.card}`;
  card.textContent = answer.detail;
  line.append(title, " ", card, ` ${answer.warning}`);
  last.prepend(line);
  while (last.children.length > 20) last.lastElementChild.remove();
  beep(answer.good && !answer.warning ? high : low);
}

async function send() {
  if (sending) return;
  sending = true;
  while (queue.length) {
    const scan = queue[0];
    try {
      const answer = await fetch("/scan", {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams(scan),
        signal: AbortSignal.timeout(15000),
      });
      if (answer.status === 401 || answer.status === 403) { say("bad", texts.login, "", ""); beep(low); break; }
      if (answer.status === 400 || answer.status === 415 || answer.status === 422) {
        say("bad", texts.refused, scan.code.slice(0, 4), "");
        beep(low);
      } else if (!answer.ok) {
        throw new Error(`status ${answer.status}`);
      } else {
        show(await answer.json());
      }
      queue.shift();
      delete waiting.dataset.slow;
      save();
    } catch {
      waiting.dataset.slow = "yes";
      save();
      say("bad", texts.waits, "", "");
      await sleep(1500);
    }
  }
  sending = false;
}

function take(text) {
  const line = text.trim();
  if (!line) return;
  const bits = crypto.getRandomValues(new Uint8Array(12));
  const id = Array.from(bits, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const scan = { id, code: line, lot: desk.elements.lot.value };
  if (desk.elements.serials?.checked) scan.serials = "yes";
  queue.push(scan);
  save();
  send();
}

// These two forms are sent by hand here, so app.js must not see them as sent.
desk.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  take(code.value);
  code.value = "";
  code.focus();
});
document.getElementById("undo-form").addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  take("undo");
  code.focus();
});

// Whatever is typed while nothing else is written into belongs to the field.
document.addEventListener("keydown", (event) => {
  if (event.key === "F9") { event.preventDefault(); take("undo"); code.focus(); return; }
  const writing = event.target.matches("select, textarea, input:not([type=checkbox])");
  if (!writing && event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) code.focus();
});
for (const field of desk.querySelectorAll("select, input[type=checkbox]")) {
  field.addEventListener("change", () => code.focus());
}
sound.checked = localStorage.getItem("kia-suara") !== "mati";
sound.addEventListener("change", () => localStorage.setItem("kia-suara", sound.checked ? "hidup" : "mati"));
code.focus();
save();
send();
