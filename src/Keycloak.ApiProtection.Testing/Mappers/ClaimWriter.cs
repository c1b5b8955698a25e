using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>Writes a claim with the name in a mapper's <c>claim.name</c> and the type in its <c>jsonType.label</c>.</summary>
internal static class ClaimWriter
{
    /// <summary>Writes all values as an array if the mapper is multivalued, otherwise the first value.</summary>
    public static void Write(ProtocolMapper mapper, JsonObject claims, IReadOnlyCollection<string> values, string? clientId = null)
    {
        if (values.Count == 0 || mapper["claim.name"] is not { Length: > 0 } name)
        {
            return;
        }

        var multivalued = mapper.IsTrue("multivalued");
        var typed = values.Select(value => Convert(value, mapper["jsonType.label"]));
        Set(claims, Path(name, clientId), multivalued ? new JsonArray([.. typed]) : typed.First());
    }

    /// <summary>Sets a claim. Arrays are merged with those of other mappers; a path with several parts leads into nested objects.</summary>
    public static void Set(JsonObject claims, IReadOnlyList<string> path, JsonNode? value)
    {
        var owner = claims;
        foreach (var step in path.SkipLast(1))
        {
            if (owner[step] is not JsonObject inner)
            {
                owner[step] = inner = [];
            }

            owner = inner;
        }

        var name = path[^1];
        if (owner[name] is JsonArray present && value is JsonArray more)
        {
            AddMissing(present, more.Select(item => item?.ToString()));
        }
        else
        {
            owner[name] = value;
        }
    }

    /// <summary>
    /// Splits a claim name. Dots separate parts, <c>\.</c> is a literal dot, and <c>${client_id}</c> is the client's id, even
    /// if it contains dots.
    /// </summary>
    public static IReadOnlyList<string> Path(string claimName, string? clientId = null)
    {
        const string EscapedDot = "\u0001";
        return
        [
            .. claimName.Replace("\\.", EscapedDot, StringComparison.Ordinal)
                .Split('.')
                .Select(step => step.Replace(EscapedDot, ".", StringComparison.Ordinal))
                .Select(step => clientId is null ? step : step.Replace("${client_id}", clientId, StringComparison.Ordinal)),
        ];
    }

    /// <summary>Adds an audience. A single audience is a string; several are an array without duplicates.</summary>
    public static void AddAudience(JsonObject claims, string audience)
    {
        switch (claims["aud"])
        {
            case null:
                claims["aud"] = audience;
                break;
            case JsonArray several:
                AddMissing(several, [audience]);
                break;
            case var single when single.ToString() != audience:
                claims["aud"] = new JsonArray(single.ToString(), audience);
                break;
            default:
                break;
        }
    }

    private static void AddMissing(JsonArray array, IEnumerable<string?> values)
    {
        foreach (var value in values)
        {
            if (!array.Any(item => item?.ToString() == value))
            {
                array.Add((JsonNode?)value);
            }
        }
    }

    private static JsonNode? Convert(string value, string? type) => type switch
    {
        "long" or "int" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        "boolean" when bool.TryParse(value, out var flag) => flag,
        "JSON" => TryParse(value),
        _ => value,
    };

    private static JsonNode? TryParse(string json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return json;
        }
    }
}
