// The platform's clock: it may run faster than the wall. All ages on the screen are measured with it.

let origin = Date.now();
let mark = performance.now();
let speed = 1;
let timeZone = "UTC";
let hours = formatter();

function formatter(seconds = false) {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone, hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}),
  });
}

/** Follow the server: what it says is now, and how many of its seconds pass in one. */
export function follow(serverNow, serverSpeed) {
  origin = Date.parse(serverNow);
  mark = performance.now();
  speed = serverSpeed;
}

/** Show times on the walls of this zone. */
export function useTimeZone(name) {
  timeZone = name;
  hours = formatter();
}

export const now = () => origin + (performance.now() - mark) * speed;
export const pace = () => speed;
export const wallTime = () => hours.format(now());

/** `14:05`, of an RFC 3339 time. */
export const hourOf = (time) => hours.format(Date.parse(time));

/** Minutes from now until a time; negative when it has passed. */
export const minutesUntil = (time) => (Date.parse(time) - now()) / 60000;

/** A duration in words: `under a minute`, `12 min`, `1 h 05`. */
export function span(minutes) {
  const whole = Math.floor(Math.abs(minutes));
  if (whole < 1) return "<1 min";
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${String(whole % 60).padStart(2, "0")}`;
}
