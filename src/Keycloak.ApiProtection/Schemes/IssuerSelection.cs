using System.Buffers;
using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>Selects the scheme that verifies the token of a request by the issuer of the token.</summary>
/// <remarks>The token is not verified here. Its issuer is used only for the lookup.</remarks>
internal sealed class IssuerSelection(KeycloakSchemes schemes)
{
    private const int LongestIssuer = 1024;

    private string? _default;

    /// <summary>
    /// Gets or sets the scheme for a request without a token or with an unknown issuer. The default is the scheme that was added first.
    /// </summary>
    public string Default
    {
        get => _default ?? schemes.Names[0];
        set => _default = value;
    }

    /// <summary>Selects the scheme that trusts the issuer of the request's token, or <see cref="Default"/>.</summary>
    public string Select(HttpContext context)
    {
        foreach (var scheme in schemes.All)
        {
            var message = BearerMessage.Read(context.Request, scheme.Options.QueryTokenPaths);
            if (!message.Token.IsEmpty)
            {
                return message.Token.Length <= schemes.All.Max(one => one.Options.MaximumTokenSize) ? Select(message.Token.Span) : Default;
            }
        }

        return Default;
    }

    private string Select(ReadOnlySpan<char> token)
    {
        // The token as bytes, followed by its decoded payload.
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
        // The default scheme is checked first, so it is selected if several schemes trust the same issuer.
        if (Trusts(schemes.Get(Default), claims))
        {
            return Default;
        }

        foreach (var scheme in schemes.All)
        {
            if (Trusts(scheme, claims))
            {
                return scheme.Name;
            }
        }

        return Default;
    }

    private static bool Trusts(KeycloakScheme scheme, in TokenClaims claims)
    {
        Span<byte> text = stackalloc byte[LongestIssuer];
        foreach (var issuer in scheme.Verifier.Policy.Issuers)
        {
            if (Encoding.UTF8.TryGetBytes(issuer, text, out var length) && claims.Issuer.Says(claims.Json, text[..length]))
            {
                return true;
            }
        }

        return false;
    }
}
