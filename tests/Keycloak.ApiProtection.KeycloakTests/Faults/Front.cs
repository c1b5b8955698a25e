using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.KeycloakTests.Faults;

/// <summary>
/// A proxy in front of Keycloak. It forwards all requests with its own host name, so that the issuer of tokens contains it. It counts
/// introspection requests, and can replace their responses. If Keycloak is unavailable, it aborts the connection.
/// </summary>
public sealed class Front : IAsyncDisposable
{
    private static readonly string[] NotPassedOn = ["Connection", "Keep-Alive", "Transfer-Encoding", "Host", "Content-Length"];

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _keycloak = new(
        new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
    private readonly ConcurrentQueue<long> _questions = new();
    private readonly Uri _target;

    private Front(WebApplication app, Uri target) => (_app, _target) = (app, target);

    /// <summary>The address of the proxy.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>Responds to an introspection request instead of Keycloak. Returns false to forward the request. Null by default.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <summary>Replaces the token of an introspection request. Null by default.</summary>
    public Func<string, string>? Exchange { get; set; }

    /// <summary>Counts the introspection requests since a timestamp (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public int QuestionsSince(long moment) => _questions.Count(at => at >= moment);

    public static async Task<Front> StartAsync(Uri target, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var front = new Front(app, target);
        app.Run(front.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _keycloak.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
        if (context.Request.Path.Value!.EndsWith("/token/introspect", StringComparison.Ordinal))
        {
            _questions.Enqueue(Stopwatch.GetTimestamp());
            if (Instead is { } instead && await instead(context))
            {
                return;
            }

            body = Exchanged(body);
        }

        try
        {
            await PassOnAsync(context, body);
        }
        catch (HttpRequestException)
        {
            context.Abort();
        }
    }

    private string Exchanged(string form)
    {
        var fields = QueryHelpers.ParseQuery(form);
        return Exchange is { } exchange
            ? QueryHelpers.AddQueryString("", fields.Select(field => KeyValuePair.Create(
                field.Key,
                field.Key == "token" ? (string?)exchange(field.Value.ToString()) : field.Value.ToString())))[1..]
            : form;
    }

    private async Task PassOnAsync(HttpContext context, string body)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Parse(context.Request.Method), new Uri(_target, context.Request.Path + context.Request.QueryString));
        request.Headers.Host = context.Request.Host.Value;
        request.Content = HttpMethods.IsGet(context.Request.Method) ? null : new StringContent(body);
        request.Content?.Headers.Remove("Content-Type");
        foreach (var (name, value) in context.Request.Headers
            .Where(header => !NotPassedOn.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            _ = request.Headers.TryAddWithoutValidation(name, (string?)value)
                || request.Content?.Headers.TryAddWithoutValidation(name, (string?)value) == true;
        }

        using var response = await _keycloak.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers)
            .Where(header => !NotPassedOn.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
