using Keycloak.ApiProtection.Testing.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;

namespace Keycloak.ApiProtection.Testing.Tests.ProofOfPossession;

/// <summary>A server that records what it receives, and that requests a nonce if it has one.</summary>
internal sealed class NonceServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private NonceServer(WebApplication app) => _app = app;

    /// <summary>The nonce that a proof must contain; null if none is required.</summary>
    public string? Nonce { get; set; }

    /// <summary>The nonce that is sent with a successful response.</summary>
    public string? NextNonce { get; set; }

    /// <summary>Whether a nonce is requested as an authorization server does it: with 400 and an error in the body.</summary>
    public bool IsAuthorizationServer { get; set; }

    public List<(string Authorization, string[] Proofs, string Body)> Received { get; } = [];

    public static async Task<NonceServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        var server = new NonceServer(builder.Build());
        server._app.Run(server.HandleAsync);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public HttpClient CreateClient(DpopHandler handler, string address = "http://localhost")
    {
        handler.InnerHandler = _app.GetTestServer().CreateHandler();
        return new HttpClient(handler) { BaseAddress = new Uri(address) };
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var proofs = context.Request.Headers["DPoP"].Select(proof => proof!).ToArray();
        Received.Add((context.Request.Headers.Authorization.ToString(), proofs, await reader.ReadToEndAsync(context.RequestAborted)));
        if (Nonce is not null && proofs.Length > 0 && Decoded.Of(proofs[0])["nonce"] != Nonce)
        {
            context.Response.Headers["DPoP-Nonce"] = Nonce;
            context.Response.StatusCode = IsAuthorizationServer ? 400 : 401;
            if (IsAuthorizationServer)
            {
                await context.Response.WriteAsync("""{"error":"use_dpop_nonce"}""", context.RequestAborted);
            }
            else
            {
                context.Response.Headers.WWWAuthenticate = "DPoP error=\"use_dpop_nonce\"";
            }
        }
        else if (NextNonce is not null)
        {
            context.Response.Headers["DPoP-Nonce"] = Nonce = NextNonce;
        }
    }
}
