using System.Buffers;
using System.Text;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>The application's Keycloak schemes, and which of them trusts an issuer.</summary>
internal sealed class KeycloakSchemes(IEnumerable<KeycloakBearerScheme> schemes, IOptionsMonitor<KeycloakBearerOptions> options)
{
    private const int LongestIssuer = 1024;

    private readonly string[] _names = [.. schemes.Select(scheme => scheme.Name).Distinct(StringComparer.Ordinal)];
    private string? _default;

    /// <summary>Gets their names, in the order in which they were added.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Gets or sets the scheme that decides about a request whose issuer nobody trusts, or that brings no token. The first one by default.</summary>
    public string Default
    {
        get => _default ?? _names[0];
        set => _default = value;
    }

    /// <summary>A scheme other than this one that trusts the issuer; null: there is none.</summary>
    public string? OtherThatTrusts(string issuer, string scheme) =>
        _names.FirstOrDefault(name => name != scheme && options.Get(name).Verifier.Value.Policy.Issuers.Contains(issuer, StringComparer.Ordinal));

    /// <summary>The scheme that trusts the issuer of the request's token, or <see cref="Default"/>.</summary>
    /// <remarks>The token is not verified here: its issuer only chooses who verifies it.</remarks>
    public string Select(HttpContext context)
    {
        foreach (var name in _names)
        {
            var settings = options.Get(name);
            var message = BearerMessage.Read(context.Request, settings.QueryTokenPaths);
            if (!message.Token.IsEmpty)
            {
                return message.Token.Length <= _names.Max(one => options.Get(one).MaximumTokenSize) ? Select(message.Token.Span) : Default;
            }
        }

        return Default;
    }

    private string Select(ReadOnlySpan<char> token)
    {
        // The letters as bytes, and behind them what the payload decodes to.
        var buffer = ArrayPool<byte>.Shared.Rent(token.Length * 2);
        try
        {
            TokenText.Narrow(token, buffer);
            return CompactJws.TryRead(buffer.AsSpan(0, token.Length), out var jws)
                && TokenClaims.TryRead(CompactJws.Decode(jws.Payload, buffer.AsSpan(token.Length)), out var claims, out _)
                ? Select(claims)
                : Default;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string Select(in TokenClaims claims)
    {
        // The default first: where two schemes trust one issuer, it is asked.
        if (Trusts(Default, claims))
        {
            return Default;
        }

        foreach (var name in _names)
        {
            if (Trusts(name, claims))
            {
                return name;
            }
        }

        return Default;
    }

    private bool Trusts(string name, in TokenClaims claims)
    {
        Span<byte> letters = stackalloc byte[LongestIssuer];
        foreach (var issuer in options.Get(name).Verifier.Value.Policy.Issuers)
        {
            if (Encoding.UTF8.TryGetBytes(issuer, letters, out var length) && claims.Issuer.Says(claims.Json, letters[..length]))
            {
                return true;
            }
        }

        return false;
    }
}
