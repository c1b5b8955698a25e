namespace Storefront.Tokens;

/// <summary>One member of a token's header or payload.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value: a string as it is, anything else as JSON, a time also in words.</param>
/// <param name="Meaning">What it says; null where the name is not known here.</param>
internal sealed record TokenField(string Name, string Value, string? Meaning);
