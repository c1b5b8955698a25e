namespace GettingStarted;

/// <summary>One call of the tour.</summary>
/// <param name="Who">Who calls.</param>
/// <param name="Token">Which token they bring, in words.</param>
/// <param name="Tokens">The tokens themselves: none, one, or one too many.</param>
/// <param name="Method">The request's method.</param>
/// <param name="Path">The request's path.</param>
/// <param name="Expected">The status that the API should answer.</param>
/// <param name="Before">What happens at Keycloak before the call; null: nothing.</param>
internal sealed record TourStep(string Who, string Token, string[] Tokens, HttpMethod Method, string Path, int Expected, Func<Task>? Before = null);
