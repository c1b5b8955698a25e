namespace Gateway.Tours;

/// <summary>One call of the tour. It is made in each of the three ways.</summary>
/// <param name="Who">A description of the caller and the token.</param>
/// <param name="Tokens">The tokens to send: none, one, or two.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path relative to the way's address.</param>
/// <param name="Expected">The expected status for each way: introspected, checked, direct.</param>
/// <param name="Before">An action before the call; null for none.</param>
internal sealed record TourStep(string Who, string[] Tokens, HttpMethod Method, string Path, int[] Expected, Func<Task>? Before = null)
{
    /// <summary>A forged identity header that the caller sends; null for none.</summary>
    public (string Name, string Value)? Forged { get; init; }
}
