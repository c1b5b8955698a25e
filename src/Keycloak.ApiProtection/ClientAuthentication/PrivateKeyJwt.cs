using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>Client authentication with a short-lived JWT that is signed with the client's private key (RFC 7523 section 2.2).</summary>
/// <remarks>
/// Every request gets a new JWT, because Keycloak accepts each one only once. Its audience is the issuer as a single string, which every
/// version of Keycloak accepts.
/// </remarks>
internal sealed class PrivateKeyJwt(string clientId, ClientKey key, TimeProvider time) : IClientAuthentication
{
    private const int Seconds = 60;

    /// <inheritdoc />
    public void Apply(HttpRequestMessage request, ICollection<KeyValuePair<string, string>> form, string issuer)
    {
        form.Add(new("client_id", clientId));
        form.Add(new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        form.Add(new("client_assertion", Assertion(issuer)));
    }

    private string Assertion(string issuer)
    {
        var header = Encode(json =>
        {
            json.WriteString("alg"u8, key.Algorithm.Name);
            json.WriteString("typ"u8, "JWT"u8);
            if (key.Id is not null)
            {
                json.WriteString("kid"u8, key.Id);
            }
        });
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var payload = Encode(json =>
        {
            json.WriteString("iss"u8, clientId);
            json.WriteString("sub"u8, clientId);
            json.WriteString("aud"u8, issuer);
            json.WriteString("jti"u8, Guid.NewGuid());
            json.WriteNumber("iat"u8, now);
            json.WriteNumber("exp"u8, now + Seconds);
        });
        var input = $"{header}.{payload}";
        return $"{input}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(input)))}";
    }

    private static string Encode(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}
