using System.Text.Json;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>
/// Reads the four formats of the <c>organization</c> claim: <c>["acme"]</c>, <c>{"acme":{}}</c>,
/// <c>{"acme":{"id":"...","attribute":["value"]}}</c> and <c>"acme"</c>.
/// </summary>
internal static class OrganizationJson
{
    public static void Read(ref Utf8JsonReader reader, List<KeycloakOrganization> into)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                Add(into, new KeycloakOrganization(ClaimJson.Text(ref reader)));
                break;

            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Read(ref reader, into);
                }

                break;

            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = ClaimJson.Text(ref reader);
                    reader.Read();
                    Add(into, Details(name, ref reader));
                }

                break;

            default:
                reader.Skip();
                break;
        }
    }

    public static void Add(List<KeycloakOrganization> into, KeycloakOrganization organization)
    {
        if (!into.Exists(known => string.Equals(known.Name, organization.Name, StringComparison.Ordinal)))
        {
            into.Add(organization);
        }
    }

    private static KeycloakOrganization Details(string name, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return new KeycloakOrganization(name);
        }

        string? id = null;
        Dictionary<string, IReadOnlyList<string>>? attributes = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = ClaimJson.Text(ref reader);
            reader.Read();
            if (key == "id" && reader.TokenType == JsonTokenType.String)
            {
                id = ClaimJson.Text(ref reader);
                continue;
            }

            List<string>? values = null;
            ClaimJson.Texts(ref reader, ref values);
            attributes ??= new(StringComparer.Ordinal);
            attributes[key] = values is null ? [] : values.AsReadOnly();
        }

        return new KeycloakOrganization(name, id, attributes?.AsReadOnly());
    }
}
