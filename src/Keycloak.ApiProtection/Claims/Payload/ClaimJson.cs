using System.Text;
using System.Text.Json;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>Reads the JSON structures in which Keycloak writes rights. JSON of another structure grants nothing and never throws.</summary>
internal static class ClaimJson
{
    /// <summary>Returns the text of the current string or property name.</summary>
    public static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escaped lone surrogate, or bytes that are not UTF-8: the JSON reader accepts them, but cannot convert them to text.
            // The text is returned as it was written.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    /// <summary>Returns the current value as JSON text. Afterward, the reader is at the end of the value.</summary>
    public static string Raw(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return Encoding.UTF8.GetString(json[start..(int)reader.BytesConsumed]);
    }

    /// <summary>Reads a string, or the strings of an array.</summary>
    public static void Texts(ref Utf8JsonReader reader, ref List<string>? into)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            (into ??= []).Add(Text(ref reader));
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.String)
                {
                    (into ??= []).Add(Text(ref reader));
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        else
        {
            reader.Skip();
        }
    }

    /// <summary>Reads <c>{"roles":["admin"]}</c>.</summary>
    public static void Roles(ref Utf8JsonReader reader, ref List<string>? into)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var roles = reader.ValueTextEquals("roles"u8);
            reader.Read();
            if (roles)
            {
                Texts(ref reader, ref into);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Reads <c>{"orders-api":{"roles":["writer"]}}</c>.</summary>
    public static void Clients(ref Utf8JsonReader reader, ref List<KeyValuePair<string, NameSet>>? into)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var client = Text(ref reader);
            reader.Read();
            List<string>? roles = null;
            Roles(ref reader, ref roles);
            (into ??= []).Add(new(client, NameSet.Of(roles)));
        }
    }

    /// <summary>Reads scopes from one string, separated by spaces (RFC 6749 section 3.3).</summary>
    public static void Scopes(ReadOnlySpan<char> text, ref List<string>? into)
    {
        foreach (var range in text.Split(' '))
        {
            var scope = text[range];
            if (!scope.IsEmpty)
            {
                (into ??= new(8)).Add(scope.ToString());
            }
        }
    }
}
