using System.Text.Json;

namespace Keycloak.ApiProtection.Realms;

/// <summary>Parses the realm's JSON documents strictly: one object, no duplicate members, limited nesting.</summary>
internal static class RealmJson
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 16,
    };

    /// <summary>Parses a document whose root is an object.</summary>
    public static RealmAnswer<JsonDocument> Parse(ReadOnlyMemory<byte> json, Uri source)
    {
        if (json.Span.TrimStart(" \t\r\n"u8) is [(byte)'<', ..])
        {
            return RealmFailure.NotJson(source, page: true, detail: null);
        }

        try
        {
            var document = JsonDocument.Parse(json, Strict);

            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();

            return RealmFailure.NotJson(source, page: false, "the document is not a JSON object.");
        }
        catch (JsonException error)
        {
            return RealmFailure.NotJson(source, page: false, error.Message);
        }
    }

    /// <summary>The value of a string member; <see langword="null"/> if it is absent or not a string.</summary>
    public static string? String(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // The parser accepts a lone surrogate in a string; .NET cannot convert it.
            return null;
        }
    }
}
