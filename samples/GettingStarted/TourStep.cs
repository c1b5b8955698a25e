namespace GettingStarted;

/// <summary>One call of the tour.</summary>
/// <param name="Who">The caller.</param>
/// <param name="Token">A description of the token.</param>
/// <param name="Tokens">The tokens to send: none, one, or two.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path.</param>
/// <param name="Expected">The expected status.</param>
/// <param name="Before">An action at Keycloak before the call; null for none.</param>
/// <param name="Proof">A DPoP proof, with which the token is sent as <c>DPoP</c>; null for a bearer token.</param>
internal sealed record TourStep(
    string Who,
    string Token,
    string[] Tokens,
    HttpMethod Method,
    string Path,
    int Expected,
    Func<Task>? Before = null,
    string? Proof = null);
