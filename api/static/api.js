// Talks to the service: every change carries the page's token, every refusal comes back as its words.
const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

export const headers = () => (csrf ? { "X-CSRF-Token": csrf } : {});

export const send = async (method, path, body) => {
  const answer = await fetch(path, {
    method,
    headers: { ...headers(), Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await answer.text();
  const told = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(words(told, answer.status));
  return told;
};

export const words = (problem, status) =>
  problem?.detail ? `${problem.detail} ${problem.hint ?? ""}`.trim() : `The service answered ${status}.`;

export const tell = (root, error) => {
  const place = root.querySelector("[role=alert]") ?? document.querySelector("[role=alert]");
  place.textContent = error.message;
  place.hidden = false;
};
