using System.Text.Json;

namespace Keycloak.ApiProtection.Realms;

/// <summary>JSON as the realm's documents must be: one object, no member twice, not nested without end.</summary>
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

            return RealmFailure.NotJson(source, page: false, "the document is no JSON object.");
        }
        catch (JsonException error)
        {
            return RealmFailure.NotJson(source, page: false, error.Message);
        }
    }

    /// <summary>A member that is a string; <see langword="null"/> where it is absent or something else.</summary>
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
            // Half a surrogate pair is a string to the parser and none to .NET.
            return null;
        }
    }
}
