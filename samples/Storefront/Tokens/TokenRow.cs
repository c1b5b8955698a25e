namespace Storefront.Tokens;

/// <summary>One member of the tokens' headers or payloads, side by side.</summary>
/// <param name="InHeader">Whether it stands in the header; otherwise it is a claim.</param>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it says; null where the name is not known here.</param>
/// <param name="Values">Its value in each token, in the order of the tokens; null where a token has none.</param>
internal sealed record TokenRow(bool InHeader, string Name, string? Meaning, IReadOnlyList<string?> Values);
