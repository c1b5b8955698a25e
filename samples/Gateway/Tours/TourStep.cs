namespace Gateway.Tours;

/// <summary>One call of the tour, made in each of the three ways.</summary>
/// <param name="Who">Who calls, with which token.</param>
/// <param name="Tokens">The tokens: none, one, or one too many.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path behind the way's address.</param>
/// <param name="Expected">The status in each way: introspected, checked, direct.</param>
/// <param name="Before">What happens before; null: nothing.</param>
internal sealed record TourStep(string Who, string[] Tokens, HttpMethod Method, string Path, int[] Expected, Func<Task>? Before = null)
{
    /// <summary>A header of an identity that the caller makes up; null: none.</summary>
    public (string Name, string Value)? Forged { get; init; }
}
