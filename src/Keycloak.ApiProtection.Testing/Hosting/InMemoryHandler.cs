using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>A client handler that sends requests to the realm without a network.</summary>
internal sealed class InMemoryHandler(RealmApplication realm) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var lifetime = new RequestLifetime(cancellationToken);
        var context = await CreateContextAsync(request, lifetime, body, cancellationToken).ConfigureAwait(false);
        await realm.HandleAsync(context).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (lifetime.IsAborted)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The embedded realm is down.");
        }

        return CreateResponse(request, context.Response, body.ToArray());
    }

    private static async Task<HttpContext> CreateContextAsync(
        HttpRequestMessage request, IHttpRequestLifetimeFeature lifetime, Stream body, CancellationToken cancellation)
    {
        var uri = request.RequestUri!;
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { RawTarget = uri.PathAndQuery });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        features.Set(lifetime);
        var context = new DefaultHttpContext(features);
        context.Request.Method = request.Method.Method;
        context.Request.Scheme = uri.Scheme;
        context.Request.Host = request.Headers.Host is { Length: > 0 } host ? new HostString(host) : new HostString(uri.Authority);
        context.Request.Path = PathString.FromUriComponent(uri);
        context.Request.QueryString = QueryString.FromUriComponent(uri);
        context.Request.Protocol = "HTTP/1.1";
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        foreach (var (name, values) in request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? []))
        {
            context.Request.Headers[name] = values.ToArray();
        }

        if (request.Content is not null)
        {
            context.Request.Body = new MemoryStream(await request.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false));
        }

        return context;
    }

    private static HttpResponseMessage CreateResponse(HttpRequestMessage request, HttpResponse from, byte[] body)
    {
        var response = new HttpResponseMessage((HttpStatusCode)from.StatusCode)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(body),
        };
        foreach (var (name, values) in from.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                response.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return response;
    }
}
