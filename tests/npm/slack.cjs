// Draws the blocks on standard input as slack-blocks-to-jsx does: one HTML text for each message.
const { createElement } = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const { Message } = require("slack-blocks-to-jsx");

const data = { users: [], channels: [], user_groups: [] };
const logo = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
const drawn = JSON.parse(require("fs").readFileSync(0, "utf8")).map((blocks) =>
  renderToStaticMarkup(createElement(Message, { blocks, logo, name: "Atlas", time: new Date(0), data })));
process.stdout.write(JSON.stringify(drawn));
