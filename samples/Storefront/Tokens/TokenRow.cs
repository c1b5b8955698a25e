namespace Storefront.Tokens;

/// <summary>One member of the tokens' headers or payloads, side by side.</summary>
/// <param name="InHeader">Whether it is a member of the header; otherwise it is a claim.</param>
/// <param name="Name">The name of the member.</param>
/// <param name="Meaning">The explanation; null if there is none for this name.</param>
/// <param name="Values">The value in each token, in the order of the tokens; null if a token has none.</param>
internal sealed record TokenRow(bool InHeader, string Name, string? Meaning, IReadOnlyList<string?> Values);
