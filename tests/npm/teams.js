// Draws an Adaptive Card with npm's adaptivecards, coloured like Teams, and tells what it complained of.
window.drawCard = (json) => {
  const font = { default: "Segoe UI, sans-serif", monospace: "Consolas, monospace" };
  const colours = (accent) => ({ default: { default: "#242424", subtle: "#616161" },
    attention: { default: accent, subtle: accent }, good: { default: accent, subtle: accent } });
  const style = (backgroundColor, accent) => ({ backgroundColor, foregroundColors: colours(accent) });
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig({
    fontTypes: {
      default: { fontFamily: font.default, fontSizes: { small: 12, default: 14, medium: 16, large: 18 } },
      monospace: { fontFamily: font.monospace, fontSizes: { small: 12, default: 13, medium: 14, large: 16 } },
    },
    spacing: { small: 4, default: 8, medium: 12, large: 16, padding: 12 },
    actions: { actionsOrientation: "horizontal", buttonSpacing: 8, maxActions: 20, showCard: { actionMode: "inline" } },
    containerStyles: {
      default: style("#ffffff", "#c4314b"), emphasis: style("#f0f0f0", "#242424"),
      good: style("#e7f2da", "#237b4b"), warning: style("#fbf6d9", "#835c00"), attention: style("#fcf4f6", "#c4314b"),
    },
  });
  const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_5);
  card.parse(json, context);
  document.body.replaceChildren(card.render());
  const events = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message);
  return [...events, ...card.validateProperties().validationEvents.map((each) => each.message)];
};
