namespace GettingStarted;

/// <summary>One call of the tour.</summary>
/// <param name="Who">The caller.</param>
/// <param name="Token">A description of the token.</param>
/// <param name="Tokens">The tokens to send: none, one, or two.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path.</param>
/// <param name="Expected">The expected status.</param>
/// <param name="Before">An action at Keycloak before the call; null for none.</param>
internal sealed record TourStep(
    string Who, string Token, string[] Tokens, HttpMethod Method, string Path, int Expected, Func<Task>? Before = null);
