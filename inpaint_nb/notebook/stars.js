// Stars, a star and a rejection for one picture; the same in the panel and in blind rating. Joined behind elements.js.
//
// DOM: .inb-rating > .inb-stars[role=radiogroup] > .inb-star[data-stars=1…5], .inb-starred, .inb-rejected, .inb-rating-words
// `rate` is told {stars: 0…5}, {starred: true | false} or {rejected: true | false}.

const MOST_STARS = 5;
const STARRED_ICON = '<path d="M5.5 3.5h9v13l-4.5-3.6-4.5 3.6z"/>';
const REJECTED_ICON = '<circle cx="10" cy="10" r="6.5"/><path d="m5.5 5.5 9 9"/>';

function starCount(stars) {
  return stars === 1 ? "1 star" : `${stars} stars`;
}

// One stop for Tab; arrows choose, the chosen star once more takes the stars away.
function starGroup(label, rate) {
  let chosen = 0;
  const numbers = Array.from({ length: MOST_STARS }, (_, index) => index + 1);
  const stars = numbers.map((number) => {
    const star = element("button", "inb-star", { type: "button", role: "radio", "data-stars": number, "aria-label": starCount(number) }, "★");
    star.title = `${starCount(number)} (${number})`;
    star.onclick = () => rate({ stars: number === chosen ? 0 : number });
    return star;
  });
  const group = element("span", "inb-stars", { role: "radiogroup", "aria-label": `Stars for ${label}` }, ...stars);
  group.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.min(MOST_STARS, Math.max(1, chosen + step));
    rate({ stars: next });
    stars[next - 1].focus();
  };
  function show(count) {
    chosen = count;
    stars.forEach((star, index) => {
      star.setAttribute("aria-checked", String(index + 1 === count));
      star.classList.toggle("inb-lit", index < count);
      star.tabIndex = index + 1 === Math.max(1, count) ? 0 : -1;
    });
  }
  return { group, show };
}

function markButton(className, icon, name, title, toggled) {
  const button = element("button", `inb-mark ${className}`, { type: "button", "aria-pressed": "false", "aria-label": name });
  button.title = title;
  button.innerHTML = `<svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">${icon}</svg>`;
  button.onclick = () => toggled(button.getAttribute("aria-pressed") !== "true");
  return button;
}

function ratingRow(label, rate) {
  const { group, show: showStars } = starGroup(label, rate);
  const starred = markButton("inb-starred", STARRED_ICON, `Star ${label}`, "Star it (F)", (on) => rate({ starred: on }));
  const rejected = markButton("inb-rejected", REJECTED_ICON, `Reject ${label}, and keep it`, "Reject it, and keep it (D)", (on) => rate({ rejected: on }));
  const words = element("span", "inb-rating-words");
  const row = element("div", "inb-rating", {}, group, starred, rejected, words);
  let shown = { stars: 0, starred: false, rejected: false };
  function show(rating) {
    shown = { ...shown, ...rating };
    showStars(shown.stars);
    starred.setAttribute("aria-pressed", String(shown.starred));
    rejected.setAttribute("aria-pressed", String(shown.rejected));
    words.textContent = shown.words ?? "";
  }
  // The rating to be read aloud.
  function spoken() {
    return [shown.stars ? starCount(shown.stars) : "not rated", shown.starred && "starred", shown.rejected && "rejected", shown.words].filter(Boolean).join(", ");
  }
  // What a key of the table of actions means for this picture; null for keys of others.
  function meaning(action, key) {
    if (action?.name === "rate") return { stars: Number(key) };
    if (action?.name === "star") return { starred: !shown.starred };
    if (action?.name === "reject") return { rejected: !shown.rejected };
    return null;
  }
  show(shown);
  return { row, show, spoken, meaning };
}
