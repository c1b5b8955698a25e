namespace Storefront.Tokens;

/// <summary>One member of a token's header or payload.</summary>
/// <param name="Name">The name of the member.</param>
/// <param name="Value">The value: a string unchanged, any other value as JSON, a time also as text.</param>
/// <param name="Meaning">The explanation; null if there is none for this name.</param>
internal sealed record TokenField(string Name, string Value, string? Meaning);
